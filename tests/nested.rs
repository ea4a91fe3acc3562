//! Lists, maps and structures through files: packed, written in every format that holds them, read back and opened again.

use crate::cli::{Place, err};
use arrow::array::{MapBuilder, StringBuilder};
use arrow::record_batch::RecordBatch;
use serde_json::{Value, json};
use std::sync::Arc;

fn step(operation: &str, params: &Value) -> Value {
    json!({ "Action": { "Operation": operation, "Parameters": params } })
}

fn run(place: &Place, steps: &[Value], input: &str, output: &str) -> Value {
    place.write("r.json", &json!(steps).to_string());
    let run = place.run(&["run", "r.json", "--input", input, "--output", output, "--receipt", "receipt.json"]);
    assert!(run.status.success(), "{input} to {output}: {}", err(&run));
    serde_json::from_str(&std::fs::read_to_string(place.path("receipt.json")).unwrap()).unwrap()
}

#[test]
fn maps_lists_and_structures_survive_every_format_that_holds_them() {
    let place = Place::new();
    place.write("in.csv", "id,w,h,city\n1,3,1.5,Rome\n2,,2.5,\n");
    let pack = [
        step("NEST_TO_MAP", &json!({ "sourceColumns": "[\"w\",\"h\"]", "targetColumn": "m" })),
        step(
            "NEST_TO_ARRAY",
            &json!({ "sourceColumns": "[\"w\",\"h\"]", "targetColumn": "l", "removeSourceColumns": "true" }),
        ),
        step(
            "NEST_TO_STRUCT",
            &json!({ "sourceColumns": "[\"city\"]", "targetColumn": "s", "removeSourceColumns": "true" }),
        ),
    ];
    let open = [
        step("EXTRACT_VALUE", &json!({ "sourceColumn": "l", "targetColumn": "second", "path": "l[1]" })),
        step("UNNEST_STRUCT", &json!({ "sourceColumn": "s", "removeSourceColumn": "true" })),
        step("UNNEST_ARRAY", &json!({ "sourceColumn": "l", "targetColumn": "l" })),
        step("UNNEST_MAP", &json!({ "sourceColumn": "m", "removeSourceColumn": "true" })),
    ];
    for name in ["packed.parquet", "packed.jsonl", "packed.arrow"] {
        let receipt = run(&place, &pack, "in.csv", name);
        let kinds: Vec<_> =
            receipt["columns"].as_array().unwrap().iter().map(|c| c["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["long", "list<double>", "list<struct<key: string, value: double>>", "struct<city: string>"]);
        run(&place, &open, name, &format!("{name}.csv"));
        let text = std::fs::read_to_string(place.path(&format!("{name}.csv"))).unwrap();
        let expected = "id,l,second,m.key,m.value,s.city\n\
                        1,3.0,1.5,w,3.0,Rome\n1,3.0,1.5,h,1.5,Rome\n1,1.5,1.5,w,3.0,Rome\n1,1.5,1.5,h,1.5,Rome\n\
                        2,,2.5,w,,\n2,,2.5,h,2.5,\n2,2.5,2.5,w,,\n2,2.5,2.5,h,2.5,\n";
        assert_eq!(text, expected, "{name}");
    }
}

#[test]
fn delimited_text_refuses_lists_and_takes_them_as_json_text() {
    let place = Place::new();
    place.write(
        "in.jsonl",
        "{\"id\":1,\"tags\":[\"a\",null],\"s\":{\"x\":1.5}}\n{\"id\":2,\"tags\":null,\"s\":{\"x\":null}}\n",
    );
    place.write("none.json", "[]");
    let refused = place.run(&["run", "none.json", "--input", "in.jsonl", "--output", "out.csv"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("column tags") && err(&refused).contains("TO_STRING_COLUMN"), "{}", err(&refused));
    let text = [
        step("TO_STRING_COLUMN", &json!({ "sourceColumn": "tags" })),
        step("CHANGE_DATA_TYPE", &json!({ "sourceColumn": "s", "columnDataType": "string" })),
    ];
    run(&place, &text, "in.jsonl", "out.csv");
    let written = std::fs::read_to_string(place.path("out.csv")).unwrap();
    assert_eq!(written, "id,tags,s\n1,\"[\"\"a\"\",null]\",\"{\"\"x\"\":1.5}\"\n2,,\"{\"\"x\"\":null}\"\n");
}

#[test]
fn a_map_that_another_program_wrote_is_opened() {
    let place = Place::new();
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (key, value) in [("color", "red"), ("size", "L")] {
        maps.keys().append_value(key);
        maps.values().append_value(value);
    }
    maps.append(true).unwrap();
    maps.append(false).unwrap();
    let batch = RecordBatch::try_from_iter([("m", Arc::new(maps.finish()) as arrow::array::ArrayRef)]).unwrap();
    let file = std::fs::File::create(place.path("map.parquet")).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let steps = [
        step("EXTRACT_VALUE", &json!({ "sourceColumn": "m", "targetColumn": "size", "path": "`m`.`size`" })),
        step("UNNEST_MAP", &json!({ "sourceColumn": "m", "removeSourceColumn": "true", "targetColumn": "p" })),
    ];
    run(&place, &steps, "map.parquet", "out.csv");
    let text = std::fs::read_to_string(place.path("out.csv")).unwrap();
    assert_eq!(text, "p.key,p.value,size\ncolor,red,L\nsize,L,L\n,,\n");
}

#[test]
fn json_text_that_is_none_is_counted_in_the_receipt() {
    let place = Place::new();
    place.write(
        "in.jsonl",
        "{\"j\":\"{\\\"a\\\":1}\",\"k\":null}\n{\"j\":\"oops\",\"k\":\"{}x\"}\n{\"j\":null,\"k\":null}\n",
    );
    let steps = [
        step("JSON_TO_STRUCTS", &json!({ "sourceColumns": "[\"j\"]", "removeSourceColumn": "true" })),
        step("JSON_TO_STRUCTS", &json!({ "sourceColumns": "[\"k\"]" })),
    ];
    let receipt = run(&place, &steps, "in.jsonl", "out.parquet");
    assert_eq!((&receipt["steps"][0]["failed"], &receipt["steps"][1]["failed"]), (&1.into(), &1.into()));
    assert_eq!(receipt["columns"][0]["type"], "struct<a: long>");
}

#[test]
fn what_nests_too_deep_is_told_and_what_nests_deep_is_read() {
    let place = Place::new();
    let nested =
        |times: usize, open: &str, close: &str| format!("{{\"a\":{}1{}}}", open.repeat(times), close.repeat(times));
    for (open, close) in [("[", "]"), ("{\"b\":", "}"), ("[{\"b\":", "}]")] {
        for (name, begin, end) in [("in.json", "[", "]"), ("in.jsonl", "{\"a\":null}\n", "\n")] {
            let times = 20_000;
            place.write(name, &format!("{begin}{}{end}", nested(times, open, close)));
            for command in [&["inspect", name][..], &["preview", "none.json", "--input", name]] {
                place.write("none.json", "[]");
                let told = place.run(command);
                assert_eq!(told.status.code(), Some(2), "{name} {open}: {}", err(&told));
                assert!(err(&told).contains("more than 128 deep"), "{name} {open}: {}", err(&told));
                assert!(err(&told).contains(name), "{name} {open}: {}", err(&told));
            }
            place.write(name, &format!("{begin}{}{end}", nested(30, open, close)));
            let read = place.run(&["run", "none.json", "--input", name, "--output", "out.parquet", "--overwrite"]);
            assert!(read.status.success(), "{name} {open}: {}", err(&read));
        }
    }
    // Brackets within text are none.
    place.write("in.jsonl", &format!("{{\"a\":\"\\\"{}\"}}\n", "[".repeat(1000)));
    assert!(place.run(&["inspect", "in.jsonl"]).status.success());
}
