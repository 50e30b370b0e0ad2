//! Speed as ratios against peers in one run: `cargo bench`.

fn main() {}
