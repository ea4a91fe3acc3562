//! A large stack for work that calls itself as often as a recipe has steps.
//!
//! Polars walks a plan from its end to its source, one call inside the other; a thread's own stack is too small for a long recipe.

/// What must be left of a stack, and what a new one has; only what is used of it takes memory.
const LEFT: usize = 32 << 20;
const SIZE: usize = 512 << 20;

/// Runs something with a stack that is large enough for any recipe.
pub(crate) fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEFT, SIZE, work)
}
