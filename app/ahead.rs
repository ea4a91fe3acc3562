//! What is typed ahead of the window: letters after a key that opens a field (the palette, find, a path) wait until the field is there to take
//! them, however long a frame takes.

use crate::command::COMMANDS;
use egui::{Context, Event};

/// Commands that open a field in which one writes at once.
const OPEN_A_FIELD: [&str; 6] = ["palette", "open", "add-dataset", "add-step", "find", "go-to"];
/// The frame that draws the field, and the one in which it has the focus.
const FRAMES: u8 = 2;

/// Keys that wait.
#[derive(Debug, Default)]
pub struct Ahead {
    waiting: Vec<Event>,
    frames: u8,
}

impl Ahead {
    /// Takes keys out of the frame that are meant for a field that is not there yet, and gives them back once it is. To be called before
    /// anything is drawn.
    pub fn sort(&mut self, ctx: &Context) {
        ctx.input_mut(|input| {
            if self.frames > 0 {
                self.frames -= 1;
                let typed = take_keys(&mut input.events, 0);
                self.waiting.extend(typed);
                if self.frames > 0 {
                    return;
                }
                input.events.append(&mut self.waiting);
            }
            if let Some(at) = input.events.iter().position(opens_a_field) {
                self.waiting = take_keys(&mut input.events, at + 1);
                self.frames = FRAMES;
            }
        });
        if self.frames > 0 {
            ctx.request_repaint();
        }
    }
}

/// The keys of a frame from a place on, in their order; what the pointer does stays.
fn take_keys(events: &mut Vec<Event>, from: usize) -> Vec<Event> {
    let is_key = |event: &Event| matches!(event, Event::Key { .. } | Event::Text(_) | Event::Paste(_) | Event::Ime(_));
    let (keys, rest) = events.drain(from.min(events.len())..).partition(is_key);
    events.extend::<Vec<Event>>(rest);
    keys
}

fn opens_a_field(event: &Event) -> bool {
    let Event::Key { key, pressed: true, modifiers, .. } = event else { return false };
    COMMANDS.iter().filter(|command| OPEN_A_FIELD.contains(&command.name)).any(|command| {
        command.shortcut.is_some_and(|shortcut| {
            shortcut.logical_key == *key && modifiers.matches_logically(shortcut.modifiers) && !modifiers.shift
        })
    })
}
