//! Brewhouse: the program around the engine, as a library so that tests can drive it.
