//! The keys are documented where they are said to be.

use crate::program::run;

/// The file is made by `kscope keys --markdown > docs/KEYS.md`.
#[test]
fn docs_keys_is_what_the_program_says() {
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/KEYS.md")).unwrap();
    let program = run(["keys", "--markdown"]).data();
    assert!(file == program, "docs/KEYS.md is stale: kscope keys --markdown > docs/KEYS.md");
}

#[test]
fn plain_keys_say_where_and_what() {
    let text = run(["keys"]).data();
    for words in ["where", "Choose k", "one cluster more", "quit at once"] {
        assert!(text.contains(words), "{words} in {text}");
    }
}
