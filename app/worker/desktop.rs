//! What the desktop says of light and dark through its settings portal, where windows are not told themselves (X11).

use super::event::Event;
use super::{Jobs, Slot};

/// Asks once; where nobody answers at once, nothing is said.
pub fn ask(jobs: &Jobs) {
    if jobs.dialogs {
        jobs.start(Slot::Desktop, |_| asks_for_dark().map(Event::Desktop));
    }
}

/// Whether the desktop asks for dark windows; none when it asks for nothing, or does not answer.
#[cfg(target_os = "linux")]
fn asks_for_dark() -> Option<bool> {
    use zbus::zvariant::{OwnedValue, Value};
    const PORTAL: &str = "org.freedesktop.portal.Desktop";
    let limit = std::time::Duration::from_millis(300);
    let ask = async {
        let bus = zbus::connection::Builder::session()?.method_timeout(limit).build().await?;
        let wanted = ("org.freedesktop.appearance", "color-scheme");
        let settings = Some("org.freedesktop.portal.Settings");
        let path = "/org/freedesktop/portal/desktop";
        bus.call_method(Some(PORTAL), path, settings, "Read", &wanted).await?.body().deserialize::<OwnedValue>()
    };
    let answer = zbus::block_on(ask).ok()?;
    // One value within another: so it was first written, and so all portals still answer.
    let mut value: &Value<'_> = &answer;
    while let Value::Value(inner) = value {
        value = inner;
    }
    match value {
        Value::U32(1) => Some(true),
        Value::U32(2) => Some(false),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn asks_for_dark() -> Option<bool> {
    None
}
