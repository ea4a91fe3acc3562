//! The run's own date and time. The clock is frozen when a run begins, so all rows and steps agree.

use super::param::{Param, ParamSpec, ParamType};
use super::{Apply, Example, Family, Kind, Operation, Output, params};
use chrono::Timelike as _;
use polars::prelude::{DataType, lit};

/// A time zone by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl ParamType for Zone {
    const KIND: Kind = Kind::Text;
    fn parse(_: &ParamSpec, text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("“{text}” is not a time zone such as Europe/Berlin"))
    }
    fn write(&self) -> String {
        self.0.name().to_owned()
    }
}

static ZONE: Param<Zone> =
    Param::new("timeZone", "Time zone").help("The zone whose date is meant.").example("US/Pacific").default("UTC");

/// The operations of this family.
pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        name: "TODAY",
        title: "Today’s date",
        summary: "Adds a column with the date on which the run began, in UTC unless a time zone is named.",
        sentence: "Add {targetColumn} with today’s date",
        family: Family::Date,
        params: &[&ZONE.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, context| {
            let zone = args.get(&ZONE)?.0;
            let today = context.env.now.with_timezone(&zone).date_naive();
            Ok(vec![Output::new(&args.get(&params::TARGET)?.0, lit(today).cast(DataType::Date))])
        }),
        examples: &[
            Example {
                title: "The examples' clock stands at 2024-02-29 23:30 UTC",
                params: &[("targetColumn", "loaded")],
                conditions: &[],
                before: "id:whole\n1\n2",
                after: "id:whole | loaded:date\n1 | 2024-02-29\n2 | 2024-02-29",
            },
            Example {
                title: "The same instant is the next day further east",
                params: &[("timeZone", "Asia/Tokyo"), ("targetColumn", "loaded")],
                conditions: &[],
                before: "id:whole\n1",
                after: "id:whole | loaded:date\n1 | 2024-03-01",
            },
        ],
        ..Operation::DEFAULT
    },
    Operation {
        name: "NOW",
        title: "Current date and time",
        summary: "Adds a column with the date and time at which the run began, the same in every row, in UTC unless a time zone is named. \
              Fractions of a second are cut off.",
        sentence: "Add {targetColumn} with the current date and time",
        family: Family::Date,
        params: &[&ZONE.spec, &params::TARGET.spec],
        apply: Apply::Columns(|args, context| {
            let local = context.env.now.with_timezone(&args.get(&ZONE)?.0).naive_local();
            let whole = local.with_nanosecond(0).unwrap_or(local);
            super::new_column(args, lit(whole).cast(super::moment::MOMENT))
        }),
        examples: &[Example {
            title: "The examples' clock stands at 2024-02-29 23:30 UTC",
            params: &[("timeZone", "US/Pacific"), ("targetColumn", "loaded")],
            conditions: &[],
            before: "id:whole\n1",
            after: "id:whole | loaded:timestamp\n1 | 2024-02-29 15:30:00",
        }],
        ..Operation::DEFAULT
    },
];
