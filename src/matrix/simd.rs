//! Which instructions the kernels may use, decided once while running.
//!
//! Each kernel is one plain function over arrays of 16 lanes, compiled once per path; the compiler turns
//! the lane loops into vector instructions. Kernels are written so that every path gives the same bits:
//! no sum crosses lanes in an order that depends on the path, and where a fused multiply-add is used the
//! caller certifies what may differ (see `assign`).

use std::sync::OnceLock;

/// A set of instructions to run a kernel with; made only where the machine has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(pub(super) Instructions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instructions {
    /// 16 lanes at once, with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 8 lanes at once, with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Whatever the build's target guarantees.
    Portable,
}

impl Path {
    /// All paths that this machine can run, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let avx512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl");
            if avx2 && avx512 {
                paths.push(Self(Instructions::Avx512));
            }
            if avx2 {
                paths.push(Self(Instructions::Avx2));
            }
        }
        paths.push(Self(Instructions::Portable));
        paths
    }

    /// The fastest path of this machine.
    pub fn best() -> Self {
        static BEST: OnceLock<Path> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }
}

/// Compiles a plain kernel once per path and makes a safe function that chooses.
///
/// `dispatch!(pub fn name(args) = kernel::<FMA>(args))`: the kernel takes a `const FMA: bool` first.
macro_rules! dispatch {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $kernel:ident) => {
        $(#[$doc])*
        $vis fn $name(path: $crate::matrix::simd::Path, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
            fn avx512($($arg: $ty),*) {
                $kernel::<true>($($arg),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $ty),*) {
                $kernel::<true>($($arg),*);
            }
            match path.0 {
                #[cfg(target_arch = "x86_64")]
                $crate::matrix::simd::Instructions::Avx512 => {
                    #[expect(unsafe_code, reason = "instructions beyond the build's target")]
                    // SAFETY: this path is only offered where all the features were detected.
                    unsafe {
                        avx512($($arg),*);
                    }
                }
                #[cfg(target_arch = "x86_64")]
                $crate::matrix::simd::Instructions::Avx2 => {
                    #[expect(unsafe_code, reason = "instructions beyond the build's target")]
                    // SAFETY: this path is only offered where all the features were detected.
                    unsafe {
                        avx2($($arg),*);
                    }
                }
                _ => $kernel::<false>($($arg),*),
            }
        }
    };
}
pub(super) use dispatch;
