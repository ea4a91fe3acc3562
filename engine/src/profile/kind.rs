//! The kinds of columns that statistics tell apart, and how cells of each are counted.

use crate::named::col;
use crate::types::TypeClass;
use polars::prelude::{DataType, Expr};

/// What can be asked of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Whole numbers, decimals and money.
    Number,
    /// Text; figures of size are taken over its length in characters.
    Text,
    /// True or false.
    Boolean,
    /// Dates, times and lengths of time.
    Moment,
    /// Lists; figures of size are taken over the number of their items.
    List,
    /// Structures; each member is looked at for missing values.
    Structure,
    /// Anything else: only its missing cells are counted.
    Other,
}

impl Kind {
    /// The kind of a column of a type.
    pub fn of(dtype: &DataType) -> Self {
        match TypeClass::of(dtype) {
            TypeClass::Whole | TypeClass::Decimal | TypeClass::Money => Self::Number,
            TypeClass::Text => Self::Text,
            TypeClass::Boolean => Self::Boolean,
            TypeClass::Date | TypeClass::DateTime | TypeClass::Time | TypeClass::Duration => Self::Moment,
            TypeClass::List if matches!(dtype, DataType::List(_)) => Self::List,
            TypeClass::Struct => Self::Structure,
            _ => Self::Other,
        }
    }

    /// What figures of size are taken over, in words; none where there are none.
    pub const fn measured(self) -> Option<&'static str> {
        match self {
            Self::Number => Some("values"),
            Self::Text => Some("lengths in characters"),
            Self::Moment => Some("moments"),
            Self::List => Some("numbers of items"),
            Self::Boolean | Self::Structure | Self::Other => None,
        }
    }

    /// Whether its values are counted one by one.
    pub const fn is_counted(self) -> bool {
        !matches!(self, Self::Structure | Self::Other)
    }
}

/// The cells whose values are counted: of a list its number of items, of a category its text.
pub(super) fn counted_cells(name: &str, dtype: &DataType) -> Expr {
    let cells = col(name);
    match dtype {
        DataType::List(_) => cells.list().len().cast(DataType::Int64),
        DataType::Categorical(..) | DataType::Enum(..) => cells.cast(DataType::String),
        _ => cells,
    }
}
