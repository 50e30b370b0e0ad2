//! 16 lanes of `f32` in vector registers, and which instructions they use, decided once while running.
//!
//! A kernel is written once over `Vector` and compiled once per instruction set by `dispatch!`.
//! Everything but `multiply_add` gives the same bits with every set; a kernel that uses it
//! certifies what may differ (see `assign`). On other processors than x86-64 the plain arrays are used,
//! which the compiler turns into whatever the target guarantees: NEON on AArch64.
#![expect(unsafe_code, reason = "vector instructions beyond the build's target, chosen after detection")]

use std::sync::OnceLock;

use super::tiles::{Lanes, WIDTH};

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
            if avx2 && is_x86_feature_detected!("avx512f") {
                paths.push(Self(Instructions::Avx512));
            }
            if avx2 {
                paths.push(Self(Instructions::Avx2));
            }
        }
        paths.push(Self(Instructions::Portable));
        paths
    }

    /// The word in receipts: results of different paths may differ in their last digits.
    pub fn word(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => "avx512",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => "avx2",
            Instructions::Portable => "portable",
        }
    }

    /// The fastest path of this machine.
    pub fn best() -> Self {
        static BEST: OnceLock<Path> = OnceLock::new();
        *BEST.get_or_init(|| Self::available()[0])
    }
}

/// Compiles a kernel `fn<V: Vector>` once per instruction set and makes a safe function that chooses.
macro_rules! dispatch {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $ty:ty),* $(,)?) = $kernel:ident) => {
        $(#[$doc])*
        #[cfg_attr(
            target_arch = "x86_64",
            expect(unsafe_code, reason = "calls code compiled for instructions that were detected")
        )]
        $vis fn $name(path: $crate::matrix::simd::Path, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx2,fma")]
            fn avx512($($arg: $ty),*) {
                $kernel::<$crate::matrix::simd::Avx512>($($arg),*);
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2($($arg: $ty),*) {
                $kernel::<$crate::matrix::simd::Avx2>($($arg),*);
            }
            match path.0 {
                // SAFETY: `Path::available` offers this set only where all its features were detected.
                #[cfg(target_arch = "x86_64")]
                $crate::matrix::simd::Instructions::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                $crate::matrix::simd::Instructions::Avx2 => unsafe { avx2($($arg),*) },
                $crate::matrix::simd::Instructions::Portable => {
                    $kernel::<$crate::matrix::simd::Portable>($($arg),*);
                }
            }
        }
    };
}
pub(super) use dispatch;

/// 16 lanes of `f32`. To be used in kernels under `dispatch!` only.
pub(super) trait Vector: Copy {
    /// The same value in every lane.
    fn splat(value: f32) -> Self;
    /// From memory.
    fn load(from: &Lanes) -> Self;
    /// To memory.
    fn store(self, to: &mut Lanes);
    /// self + other.
    fn add(self, other: Self) -> Self;
    /// self − other.
    fn sub(self, other: Self) -> Self;
    /// self × other.
    fn mul(self, other: Self) -> Self;
    /// self / other.
    fn div(self, other: Self) -> Self;
    /// √self.
    fn sqrt(self) -> Self;
    /// The smaller one; `other` where they are equal.
    fn min(self, other: Self) -> Self;
    /// The larger one; `other` where they are equal.
    fn max(self, other: Self) -> Self;
    /// self × factor + summand, rounded once or twice.
    fn multiply_add(self, factor: Self, summand: Self) -> Self;
    /// Per lane: `yes` where self < other, else `no`.
    fn if_less(self, other: Self, yes: Self, no: Self) -> Self;
    /// A bit per lane: self ≤ other.
    fn at_most(self, other: Self) -> u16;
    /// Whole numbers below 65,536.
    fn to_u16(self) -> [u16; WIDTH];

    /// |self|.
    #[inline(always)]
    fn abs(self) -> Self {
        self.max(Self::splat(0.0).sub(self))
    }
}

/// Lanes in a plain array.
#[derive(Clone, Copy)]
pub(super) struct Portable([f32; WIDTH]);

impl Portable {
    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(f32, f32) -> f32) -> Self {
        let mut result = self.0;
        for (a, b) in result.iter_mut().zip(other.0) {
            *a = operation(*a, b);
        }
        Self(result)
    }
}

impl Vector for Portable {
    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; WIDTH])
    }
    #[inline(always)]
    fn load(from: &Lanes) -> Self {
        Self(from.0)
    }
    #[inline(always)]
    fn store(self, to: &mut Lanes) {
        to.0 = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.each(self, |a, _| a.sqrt())
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.each(other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.each(other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn multiply_add(self, factor: Self, summand: Self) -> Self {
        // Not `f32::mul_add`, which is a slow library call where the target has no such instruction.
        self.mul(factor).add(summand)
    }
    #[inline(always)]
    fn if_less(self, other: Self, yes: Self, no: Self) -> Self {
        Self(std::array::from_fn(|lane| if self.0[lane] < other.0[lane] { yes.0[lane] } else { no.0[lane] }))
    }
    #[inline(always)]
    fn at_most(self, other: Self) -> u16 {
        let bits = self.0.iter().zip(&other.0).enumerate();
        bits.fold(0, |all, (lane, (a, b))| all | u16::from(a <= b) << lane)
    }
    #[inline(always)]
    fn to_u16(self) -> [u16; WIDTH] {
        self.0.map(|v| v as u16)
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

/// SAFETY of all blocks here: these types are used in kernels under `dispatch!` only, whose code is
/// compiled for the instructions and called where they were detected; `Lanes` are 64 aligned bytes.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{Lanes, Vector, WIDTH};

    /// One register of 16 lanes.
    #[derive(Clone, Copy)]
    pub struct Avx512(__m512);

    impl Vector for Avx512 {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            unsafe { Self(_mm512_set1_ps(value)) }
        }
        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            unsafe { Self(_mm512_load_ps(from.0.as_ptr())) }
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            unsafe { _mm512_store_ps(to.0.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe { Self(_mm512_add_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            unsafe { Self(_mm512_sub_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            unsafe { Self(_mm512_mul_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn div(self, other: Self) -> Self {
            unsafe { Self(_mm512_div_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            unsafe { Self(_mm512_sqrt_ps(self.0)) }
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            unsafe { Self(_mm512_min_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            unsafe { Self(_mm512_max_ps(self.0, other.0)) }
        }
        #[inline(always)]
        fn multiply_add(self, factor: Self, summand: Self) -> Self {
            unsafe { Self(_mm512_fmadd_ps(self.0, factor.0, summand.0)) }
        }
        #[inline(always)]
        fn if_less(self, other: Self, yes: Self, no: Self) -> Self {
            unsafe {
                let less = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(self.0, other.0);
                Self(_mm512_mask_blend_ps(less, no.0, yes.0))
            }
        }
        #[inline(always)]
        fn at_most(self, other: Self) -> u16 {
            unsafe { _mm512_cmp_ps_mask::<_CMP_LE_OQ>(self.0, other.0) }
        }
        #[inline(always)]
        fn to_u16(self) -> [u16; WIDTH] {
            let mut result = [0_u16; WIDTH];
            unsafe {
                let narrow = _mm512_cvtepi32_epi16(_mm512_cvttps_epi32(self.0));
                _mm256_storeu_si256(result.as_mut_ptr().cast(), narrow);
            }
            result
        }
    }

    /// Two registers of 8 lanes.
    #[derive(Clone, Copy)]
    pub struct Avx2(__m256, __m256);

    impl Vector for Avx2 {
        #[inline(always)]
        fn splat(value: f32) -> Self {
            unsafe { Self(_mm256_set1_ps(value), _mm256_set1_ps(value)) }
        }
        #[inline(always)]
        fn load(from: &Lanes) -> Self {
            let from = from.0.as_ptr();
            unsafe { Self(_mm256_load_ps(from), _mm256_load_ps(from.add(8))) }
        }
        #[inline(always)]
        fn store(self, to: &mut Lanes) {
            let to = to.0.as_mut_ptr();
            unsafe {
                _mm256_store_ps(to, self.0);
                _mm256_store_ps(to.add(8), self.1);
            }
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            unsafe { Self(_mm256_add_ps(self.0, other.0), _mm256_add_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            unsafe { Self(_mm256_sub_ps(self.0, other.0), _mm256_sub_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            unsafe { Self(_mm256_mul_ps(self.0, other.0), _mm256_mul_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn div(self, other: Self) -> Self {
            unsafe { Self(_mm256_div_ps(self.0, other.0), _mm256_div_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            unsafe { Self(_mm256_sqrt_ps(self.0), _mm256_sqrt_ps(self.1)) }
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            unsafe { Self(_mm256_min_ps(self.0, other.0), _mm256_min_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            unsafe { Self(_mm256_max_ps(self.0, other.0), _mm256_max_ps(self.1, other.1)) }
        }
        #[inline(always)]
        fn multiply_add(self, factor: Self, summand: Self) -> Self {
            unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, summand.0), _mm256_fmadd_ps(self.1, factor.1, summand.1)) }
        }
        #[inline(always)]
        fn if_less(self, other: Self, yes: Self, no: Self) -> Self {
            unsafe {
                let low = _mm256_cmp_ps::<_CMP_LT_OQ>(self.0, other.0);
                let high = _mm256_cmp_ps::<_CMP_LT_OQ>(self.1, other.1);
                Self(_mm256_blendv_ps(no.0, yes.0, low), _mm256_blendv_ps(no.1, yes.1, high))
            }
        }
        #[inline(always)]
        fn at_most(self, other: Self) -> u16 {
            unsafe {
                let low = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(self.0, other.0));
                let high = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_LE_OQ>(self.1, other.1));
                low as u16 | (high as u16) << 8
            }
        }
        #[inline(always)]
        fn to_u16(self) -> [u16; WIDTH] {
            let mut result = [0_u16; WIDTH];
            unsafe {
                let mixed = _mm256_packus_epi32(_mm256_cvttps_epi32(self.0), _mm256_cvttps_epi32(self.1));
                let ordered = _mm256_permute4x64_epi64::<0b11_01_10_00>(mixed);
                _mm256_storeu_si256(result.as_mut_ptr().cast(), ordered);
            }
            result
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    dispatch! {
        fn everything(a: &Lanes, b: &Lanes, out: &mut [Lanes], bits: &mut u16, whole: &mut [u16; WIDTH]) = all
    }

    fn all<V: Vector>(a: &Lanes, b: &Lanes, out: &mut [Lanes], bits: &mut u16, whole: &mut [u16; WIDTH]) {
        let (a, b) = (V::load(a), V::load(b));
        let one = V::splat(1.0);
        let results = [
            a.add(b),
            a.sub(b),
            a.mul(b),
            a.div(b),
            a.abs().sqrt(),
            a.min(b),
            a.max(b),
            a.if_less(b, one, a),
            // Small whole numbers: rounded nowhere, so fused or not is the same.
            a.multiply_add(b, one),
        ];
        for (result, out) in results.into_iter().zip(out) {
            result.store(out);
        }
        *bits = a.at_most(b);
        *whole = a.mul(a).mul(V::splat(255.0)).to_u16();
    }

    #[test]
    fn all_paths_do_the_same_arithmetic() {
        let a = Lanes(std::array::from_fn(|i| i as f32 - 7.0));
        let b = Lanes(std::array::from_fn(|i| ((i * 7) % 16) as f32 - 8.0));
        let run = |path| {
            let mut out = [Lanes::splat(0.0); 9];
            let (mut bits, mut whole) = (0, [0; WIDTH]);
            everything(path, &a, &b, &mut out, &mut bits, &mut whole);
            (out.map(|l| l.0.map(f32::to_bits)), bits, whole)
        };
        let plain = run(Path(Instructions::Portable));
        assert_eq!(plain.2[15], 64 * 255);
        assert_eq!(plain.1 & 1, 0, "-7 is not at most -8");
        for path in Path::available() {
            assert_eq!(run(path), plain, "{path:?}");
        }
    }
}
