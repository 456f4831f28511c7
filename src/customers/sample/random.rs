//! Chance that is the same every time: `SplitMix64`, a few lines that no new version of a crate will change.

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of row `index` of a kind: every row has its own, so that a larger sample begins like a smaller one.
    pub(super) fn of(kind: u64, index: usize) -> Self {
        let mut random = Self((kind << 56) ^ index as u64);
        random.0 = random.bits();
        random
    }

    /// 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but without, `end`.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(((self.bits() >> 32) * u64::from(end)) >> 32).unwrap_or(0)
    }

    /// A number between these, both included.
    pub(super) fn between(&mut self, first: i32, last: i32) -> i32 {
        first.saturating_add_unsigned(self.below(last.abs_diff(first).saturating_add(1)))
    }

    /// True so many times in a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let place = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX));
        from.get(place as usize).copied()
    }

    /// One of these words.
    pub(super) fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).unwrap_or_default()
    }

    /// One of these, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(u32, T)]) -> Option<T> {
        let mut place = self.below(from.iter().map(|(weight, _)| weight).sum());
        from.iter().find(|(weight, _)| place.checked_sub(*weight).map(|left| place = left).is_none()).map(|(_, one)| *one)
    }
}
