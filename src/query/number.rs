//! Numbers as they were typed, and the whole numbers they bound: compared exactly, never through a float.
//!
//! A column holds whole steps (units for an integer, hundredths for an amount). A typed number is brought to that scale:
//! `3.5` on an integer lies between the steps 3 and 4, so "more than 3.5" begins at 4 and "equals 3.5" is nothing. What
//! lies beyond 64 bits lies beyond every column.

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, Signed, ToPrimitive, Zero};

/// Digits that a number may need when written out.
pub const MAX_DIGITS: u64 = 30;

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANumber {
    /// It is not of the form `-?digits[.digits][e±n]`.
    Form,
    /// Written out in its shortest form it needs more than [`MAX_DIGITS`] digits.
    TooLong,
}

/// Reads `-?digits[.digits][e±n]`, outer white space ignored.
///
/// # Errors
/// See [`NotANumber`]. The digits are counted before any number is made, for `1e999999999` would fill the memory.
pub fn parse(typed: &str) -> Result<BigDecimal, NotANumber> {
    let typed = typed.trim();
    let (mantissa, exponent) = match typed.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (typed, None),
    };
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return Err(NotANumber::Form),
        None => (unsigned, ""),
    };
    if !is_digits(whole) || exponent.is_some_and(|exponent| !is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))) {
        return Err(NotANumber::Form);
    }
    let significant = format!("{whole}{fraction}");
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Ok(BigDecimal::zero());
    }
    // An exponent that is no i64 is far outside; a mantissa that long is too long by itself.
    let exponent: i64 = exponent.unwrap_or("0").parse().map_err(|_| NotANumber::TooLong)?;
    let too_long = || NotANumber::TooLong;
    let digits = i64::try_from(significant.len()).map_err(|_| too_long())?;
    let decimals = i64::try_from(fraction.len()).map_err(|_| too_long())?.checked_sub(exponent).ok_or_else(too_long)?;
    // Zeros at the end of a fraction say nothing; those that fill up the places before the point are counted.
    let idle = significant.bytes().rev().take_while(|digit| *digit == b'0').count();
    let idle = i64::try_from(idle).map_err(|_| too_long())?.min(decimals.max(0));
    let (digits, decimals) = (digits - idle, decimals - idle);
    let significant = &significant[..significant.len() - usize::try_from(idle).map_err(|_| too_long())?];
    let written_out = if decimals >= 0 { digits.max(decimals.saturating_add(1)) } else { digits.saturating_sub(decimals) };
    if written_out.unsigned_abs() > MAX_DIGITS {
        return Err(NotANumber::TooLong);
    }
    let digits: BigInt = significant.parse().map_err(|_| NotANumber::Form)?;
    let number = BigDecimal::new(digits, decimals);
    Ok(if mantissa.starts_with('-') { -number } else { number })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where a number lies among the steps of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On this step.
    On(i64),
    /// Between this step and the next.
    After(i64),
    /// Below every step that a column can hold.
    Below,
    /// Above every step.
    Above,
}

impl Place {
    /// The place of `number` among steps of `10^-decimals`.
    pub fn of(number: &BigDecimal, decimals: i64) -> Self {
        let (digits, scale) = (number * BigDecimal::new(1.into(), -decimals)).into_bigint_and_exponent();
        let scaled = BigDecimal::new(digits, scale);
        let floor = scaled.with_scale_round(0, bigdecimal::RoundingMode::Floor);
        // The last step is kept free, so that "the step after" always exists.
        match floor.to_i64().filter(|step| *step < i64::MAX) {
            Some(step) if floor == scaled => Self::On(step),
            Some(step) => Self::After(step),
            None if scaled.is_negative() => Self::Below,
            None => Self::Above,
        }
    }

    /// The step itself, if the number is one.
    pub fn step(self) -> Option<i64> {
        if let Self::On(step) = self { Some(step) } else { None }
    }

    /// The first step that is at least the number; `None` when there is none.
    pub fn first_at_least(self) -> Option<i64> {
        match self {
            Self::On(step) => Some(step),
            Self::After(step) => Some(step + 1),
            Self::Below => Some(i64::MIN),
            Self::Above => None,
        }
    }

    /// The first step that is more than the number; `None` when there is none.
    pub fn first_above(self) -> Option<i64> {
        match self {
            Self::On(step) | Self::After(step) => Some(step + 1),
            Self::Below => Some(i64::MIN),
            Self::Above => None,
        }
    }
}

/// A number in plain digits with separators, as sentences say it: `100,000.5`.
pub fn spoken(number: &BigDecimal) -> String {
    let plain = number.normalized().to_plain_string();
    let (sign, unsigned) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or_else(|| format!("{sign}{grouped}"), |fraction| format!("{sign}{grouped}.{fraction}"))
}

/// As people read it: "12,345".
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for good in ["0", "-0", "007", "3.50", "1e3", "1E+3", "12e-2", " 5 ", "0e999999999999"] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-", "+5", ".5", "5.", "1,000", "1e", "e5", "NaN", "inf", "0x10", "1_000", "1 0", "--1", "１"] {
            assert_eq!(parse(bad), Err(NotANumber::Form), "{bad}");
        }
    }

    #[test]
    fn thirty_digits_are_the_limit_before_any_number_is_made() {
        assert!(parse(&"9".repeat(30)).is_ok());
        assert_eq!(parse(&"9".repeat(31)), Err(NotANumber::TooLong));
        assert!(parse("1e29").is_ok());
        assert_eq!(parse("1e30"), Err(NotANumber::TooLong));
        assert!(parse(&format!("1.5{}", "0".repeat(200))).is_ok());
        assert!(parse("1e-29").is_ok());
        assert_eq!(parse("1e-30"), Err(NotANumber::TooLong));
        assert_eq!(parse("1e999999999"), Err(NotANumber::TooLong));
        assert_eq!(parse("1e99999999999999999999"), Err(NotANumber::TooLong));
    }

    #[test]
    fn a_number_between_two_steps_bounds_them() {
        let place = |typed: &str, decimals| Place::of(&parse(typed).unwrap_or_default(), decimals);
        assert_eq!(place("3.5", 0), Place::After(3));
        assert_eq!(place("-3.5", 0), Place::After(-4));
        assert_eq!(place("3.0", 0), Place::On(3));
        assert_eq!(place("1000.1", 2), Place::On(100_010));
        assert_eq!(place("0.005", 2), Place::After(0));
        assert_eq!(place("1e29", 0), Place::Above);
        assert_eq!(place("-1e29", 2), Place::Below);
        assert_eq!(place("9223372036854775807", 0), Place::Above);
    }
}
