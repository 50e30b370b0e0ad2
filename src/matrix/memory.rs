//! Freed memory, given back to the system.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "the standard library has no way to ask the allocator for this")
)]

/// Values of a matrix from which on freed memory is given back: 64 MB. Below, it is sooner used again than missed.
const MANY: usize = 8_000_000;

/// Gives freed memory back to the system where a matrix has, or will have, many `values`.
///
/// glibc keeps freed blocks of up to 32 MB unless they happen to lie at the end of its heap: after work on a large
/// table, as much as a whole matrix. Takes some ten milliseconds.
pub fn release(values: usize) {
    if values < MANY {
        return;
    }
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it takes no pointer, touches only what was freed, and may be called on any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}
