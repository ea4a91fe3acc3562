//! The window of Brewhouse.
//!
//! A view draws from [`model`] and [`scratch`] and yields an [`action::Action`]; [`update`] is the only writer; [`worker`] does
//! everything that takes time, on named threads, and answers with events that [`window`] takes in before it draws.
//! A widget knows no model, a view starts no work, and only `theme` names a colour.

#[cfg(feature = "gui")]
pub mod action;
#[cfg(feature = "gui")]
pub mod command;
#[cfg(feature = "gui")]
pub mod fonts;
#[cfg(feature = "gui")]
pub mod model;
#[cfg(feature = "gui")]
pub mod scratch;
#[cfg(feature = "gui")]
pub mod theme;
#[cfg(feature = "gui")]
pub mod update;
#[cfg(feature = "gui")]
pub mod view;
#[cfg(feature = "gui")]
pub mod widget;
#[cfg(feature = "gui")]
pub mod window;
#[cfg(feature = "gui")]
pub mod worker;
