//! The sample, which is part of the program: it is written to the user's data folder and opened there.

use std::fs;
use std::path::{Path, PathBuf};

/// The sample's files by name.
static FILES: &[(&str, &[u8])] = &[
    ("orders.csv", include_bytes!("../../samples/securecart/orders.csv")),
    ("customers.csv", include_bytes!("../../samples/securecart/customers.csv")),
    ("products.csv", include_bytes!("../../samples/securecart/products.csv")),
];

/// The project of the sample: the tables, and a recipe that is still empty.
const PROJECT: &str = r#"{
  "FormatVersion": 1,
  "Name": "SecureCart orders",
  "Dataset": { "Name": "orders", "Input": { "Paths": ["orders.csv"] } },
  "OtherDatasets": [
    { "Name": "customers", "Input": { "Paths": ["customers.csv"] } },
    { "Name": "products", "Input": { "Paths": ["products.csv"] } }
  ],
  "Recipe": { "Steps": [] },
  "Outputs": []
}
"#;

/// The project of the sample, ready to be opened; what was saved over it stays.
pub fn path(folder: Option<&Path>) -> std::io::Result<PathBuf> {
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_owned).join("sample");
    fs::create_dir_all(&folder)?;
    for (name, bytes) in FILES {
        let path = folder.join(name);
        let same = fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64);
        if !same {
            fs::write(path, bytes)?;
        }
    }
    let project = folder.join("securecart.brewhouse.json");
    if !project.exists() {
        fs::write(&project, PROJECT)?;
    }
    Ok(project)
}
