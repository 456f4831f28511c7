//! Password hashes: made in two formats, verified in every one that Django writes by default or documents as safe.
//!
//! Called through `hashing` (which bounds how many run at once) and by commands. Written by hand on the `RustCrypto` crates
//! because the one crate for Django's formats cannot verify today's argon2id. A stored text that is junk, unusable
//! (`!…`) or costs more than the caps is simply not the password.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;

use super::keys;
use crate::config::PasswordHasher;
use crate::error::{AppError, Result};

/// PBKDF2 rounds of new hashes: those of Django 5.2.
const ROUNDS: u32 = 1_000_000;
/// Argon2id of new hashes: OWASP's first choice (memory in KiB, passes, lanes).
const ARGON2: (u32, u32, u32) = (47_104, 1, 1);

/// What a stored hash may cost at most: above, somebody is keeping the machine busy.
const MOST_ROUNDS: u32 = 10_000_000;
const MOST_MEMORY: u32 = 262_144;
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
const MOST_BCRYPT: u32 = 16;
/// The longest password that is hashed at all, in bytes.
const LONGEST: usize = 4096;

/// A hash of `password`, as Django would store it.
///
/// # Errors
/// `Internal` when the machine has no random bytes or no memory.
pub fn hash(hasher: PasswordHasher, password: &str) -> Result<String> {
    let salt = keys::random::<16>()?;
    match hasher {
        PasswordHasher::Argon2id => {
            let (memory, passes, lanes) = ARGON2;
            let out = argon2(Algorithm::Argon2id, ARGON2, password, &salt, 32)
                .ok_or_else(|| AppError::internal("argon2 refused its parameters"))?;
            let (salt, out) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(out));
            Ok(format!("argon2$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${out}"))
        }
        PasswordHasher::Pbkdf2Sha256 => {
            // Django's salts are text: letters and digits, and no `$`.
            let salt = STANDARD_NO_PAD.encode(salt).replace(['+', '/'], "0");
            let parameters = pbkdf2::Params::new(ROUNDS).map_err(AppError::internal)?;
            let out = STANDARD.encode(pbkdf2(password, &salt, parameters));
            Ok(format!("pbkdf2_sha256${ROUNDS}${salt}${out}"))
        }
    }
}

/// Whether `password` is the one that was stored as `stored`. Takes as long as its format asks for.
pub fn verify(password: &str, stored: &str) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    match Stored::parse(stored) {
        Some(Stored::Pbkdf2 { parameters, salt, hash }) => same(&pbkdf2(password, salt, parameters), &hash),
        Some(Stored::Argon2 { algorithm, cost, salt, hash }) => {
            argon2(algorithm, cost, password, &salt, hash.len()).is_some_and(|out| same(&out, &hash))
        }
        Some(Stored::Scrypt { parameters, salt, hash }) => {
            let mut out = vec![0; hash.len()];
            scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &parameters, &mut out).is_ok() && same(&out, &hash)
        }
        // bcrypt reads 72 bytes: Django gives it the hexadecimal SHA-256, which is always 64.
        Some(Stored::BcryptSha256(hash)) => bcrypt::verify(keys::digest(password), hash).unwrap_or(false),
        None => false,
    }
}

/// Whether `stored` is in another format or weaker than what [`hash`] would make.
pub fn needs_rehash(stored: &str, preferred: PasswordHasher) -> bool {
    match (Stored::parse(stored), preferred) {
        (Some(Stored::Pbkdf2 { parameters, .. }), PasswordHasher::Pbkdf2Sha256) => parameters.rounds() < ROUNDS,
        (Some(Stored::Argon2 { algorithm, cost, .. }), PasswordHasher::Argon2id) => algorithm != Algorithm::Argon2id || cost != ARGON2,
        _ => true,
    }
}

/// Whether anyone can sign in with it: not with Django's `!…`, a blank, or a format that is not read here.
pub fn is_usable(stored: &str) -> bool {
    Stored::parse(stored).is_some()
}

/// A stored hash, taken apart; only what is within the caps.
enum Stored<'a> {
    /// `pbkdf2_sha256$rounds$salt$hash`
    Pbkdf2 { parameters: pbkdf2::Params, salt: &'a str, hash: Vec<u8> },
    /// `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`
    Argon2 { algorithm: Algorithm, cost: (u32, u32, u32), salt: Vec<u8>, hash: Vec<u8> },
    /// `scrypt$work_factor$salt$block_size$parallelism$hash`
    Scrypt { parameters: scrypt::Params, salt: &'a str, hash: Vec<u8> },
    /// `bcrypt_sha256$$2b$cost$salt-and-hash`
    BcryptSha256(&'a str),
}

impl<'a> Stored<'a> {
    fn parse(stored: &'a str) -> Option<Self> {
        let (format, rest) = stored.split_once('$')?;
        match format {
            "pbkdf2_sha256" => Self::pbkdf2(rest),
            "argon2" => Self::argon2(rest),
            "scrypt" => Self::scrypt(rest),
            "bcrypt_sha256" => Self::bcrypt(rest),
            _ => None,
        }
    }

    fn pbkdf2(rest: &'a str) -> Option<Self> {
        let [rounds, salt, hash] = parts(rest)?;
        // The crate refuses fewer than 1,000 rounds, and so did every Django there is.
        let parameters = pbkdf2::Params::new(number(rounds, MOST_ROUNDS)?).ok()?;
        let hash = decode(hash)?;
        (hash.len() == 32).then_some(Self::Pbkdf2 { parameters, salt, hash })
    }

    fn argon2(rest: &'a str) -> Option<Self> {
        let [algorithm, version, cost, salt, hash] = parts(rest)?;
        let algorithm = Algorithm::new(algorithm).ok()?;
        let [memory, passes, lanes] = cost.split(',').collect::<Vec<_>>().try_into().ok()?;
        let cost = (
            number(memory.strip_prefix("m=")?, MOST_MEMORY)?,
            number(passes.strip_prefix("t=")?, MOST_PASSES)?,
            number(lanes.strip_prefix("p=")?, MOST_LANES)?,
        );
        let (salt, hash) = (decode(salt)?, decode(hash)?);
        (version == "v=19" && (16..=64).contains(&hash.len())).then_some(Self::Argon2 { algorithm, cost, salt, hash })
    }

    fn scrypt(rest: &'a str) -> Option<Self> {
        let [work, salt, block, lanes, hash] = parts(rest)?;
        let (work, block, lanes) = (number(work, 1 << 20)?, number(block, 32)?, number(lanes, MOST_LANES)?);
        // The memory is 128 × work × block bytes.
        if !work.is_power_of_two() || work < 2 || u64::from(work) * u64::from(block) * 128 > u64::from(MOST_MEMORY) * 1024 {
            return None;
        }
        let parameters = scrypt::Params::new(u8::try_from(work.trailing_zeros()).ok()?, block, lanes).ok()?;
        let hash = decode(hash)?;
        (hash.len() == 64).then_some(Self::Scrypt { parameters, salt, hash })
    }

    fn bcrypt(rest: &'a str) -> Option<Self> {
        // The crate slices by byte: it is given nothing but the 60 ASCII characters that a bcrypt hash is.
        let known = rest.len() == 60 && rest.is_ascii() && ["$2a$", "$2b$", "$2y$"].iter().any(|version| rest.starts_with(version));
        if !known || rest.as_bytes().get(6) != Some(&b'$') {
            return None;
        }
        number(rest.get(4..6)?, MOST_BCRYPT)?;
        Some(Self::BcryptSha256(rest))
    }
}

fn parts<const N: usize>(rest: &str) -> Option<[&str; N]> {
    rest.split('$').collect::<Vec<_>>().try_into().ok()
}

/// A count from 1 to `most`, in plain digits.
fn number(text: &str, most: u32) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && (1..=most).contains(number))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

fn pbkdf2(password: &str, salt: &str, parameters: pbkdf2::Params) -> [u8; 32] {
    let mut out = [0; 32];
    pbkdf2::pbkdf2_hmac_with_params(password.as_bytes(), salt.as_bytes(), pbkdf2::Algorithm::Pbkdf2Sha256, parameters, &mut out);
    out
}

fn argon2(algorithm: Algorithm, (memory, passes, lanes): (u32, u32, u32), password: &str, salt: &[u8], length: usize) -> Option<Vec<u8>> {
    let parameters = Params::new(memory, passes, lanes, Some(length)).ok()?;
    let mut out = vec![0; length];
    Argon2::new(algorithm, Version::V0x13, parameters).hash_password_into(password.as_bytes(), salt, &mut out).ok()?;
    Some(out)
}

fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENGLISH: &str = "correct horse battery staple";
    const THAI: &str = "รหัสผ่าน-ä-🎵";

    /// Made by Django 5.2.19 with its own hashers.
    const GOLDEN: [(&str, &str); 8] = [
        (ENGLISH, "pbkdf2_sha256$1000000$sEEtYB8XTv6levZijn4H6J$cvkkyKZgOzq2h3yKTfBtKFQx4b0YP+uMGEbe+Ikjqpw="),
        (THAI, "pbkdf2_sha256$20000$KRVR4g1FDEsSMH6C6Dt0yB$pFuLWiYWOhjYJj1Zx+oR1hDGud0/u9UEezjqrYZO8+o="),
        (ENGLISH, "argon2$argon2id$v=19$m=102400,t=2,p=8$bGZtZUtsd3cyQVg5SHEwWlk1NlJpdQ$WYKeD0NFUNZCc4FoA68JeGkgkdtcMNI1MxuowNTCg1w"),
        (THAI, "argon2$argon2id$v=19$m=102400,t=2,p=8$ZTN1Z0R4SFl3SzVsVkU1NUVEQVBLOQ$9zIdsA8EJ8V59rV8iOuQwuRaEdVDJoO5CU+/0Nr/nGQ"),
        (
            ENGLISH,
            "scrypt$16384$30ftkNOQih11A9C5pZvbqz$8$5$uUl52MtXO14SWZVQ+8SjIHfcqCAZ3vtspypMGZKMl6zxMnAOC+Tl/S6sncTATZPCnPYYsnkHqUdHiGLHoXr5Jw==",
        ),
        (
            THAI,
            "scrypt$16384$Iy4ZPJN9QLq3SMK96mNZDt$8$5$oS0TvvdbYYB1IHEcD8wLVXY1syQeh/VAFuyzEur5Zhk5SdVkM4nIDBHoYkQR1Ei08CRLXgMfH3nFxJxiVddIDw==",
        ),
        (ENGLISH, "bcrypt_sha256$$2b$12$gITbzQekl8tIv1NXOn7CGe6wVFAiYMqiCKJ0WZ8OdW3Rb9YOftCxa"),
        (THAI, "bcrypt_sha256$$2b$12$lyhLKClzRQLjBbT96bQm8.p61.k5oNDvs/0/2BEiS2VFKw6ZKNrNy"),
    ];

    #[test]
    fn what_django_stored_is_verified_and_wants_our_format() {
        for (password, stored) in GOLDEN {
            assert!(verify(password, stored), "{stored}");
            assert!(!verify("Correct horse battery staple", stored), "{stored}");
            assert!(needs_rehash(stored, PasswordHasher::Argon2id), "{stored}");
            assert!(is_usable(stored), "{stored}");
        }
        assert!(!needs_rehash(GOLDEN[0].1, PasswordHasher::Pbkdf2Sha256));
        assert!(needs_rehash(GOLDEN[1].1, PasswordHasher::Pbkdf2Sha256));
    }

    #[test]
    fn what_is_stored_here_is_verified_here_and_fits_the_column() {
        for hasher in [PasswordHasher::Argon2id, PasswordHasher::Pbkdf2Sha256] {
            let stored = hash(hasher, THAI).unwrap();
            assert!(stored.len() <= 128, "{stored}");
            assert!(verify(THAI, &stored) && !verify(ENGLISH, &stored));
            assert!(!needs_rehash(&stored, hasher));
            assert_ne!(stored, hash(hasher, THAI).unwrap());
        }
    }

    #[test]
    fn what_is_not_a_password_matches_nothing() {
        let unusable = "!IExz3fTyslNVoLZcK0U41loM2zhQ5VXQwh5uUOxe";
        let junk = [
            "",
            unusable,
            "plain",
            "md5$salt$5d41402abc4b2a76b9719d911017c592",
            "pbkdf2_sha1$1000$salt$j2l+3IQw/Z8IgenAKUMlxdujbbo=",
            "bcrypt$$2b$12$6j4Mv/No/laPAVKuz9cxJ.nC11WLXZncP3Un6eb6MtOEJDsHY16ku",
            "pbkdf2_sha256$0$salt$cvkkyKZgOzq2h3yKTfBtKFQx4b0YP+uMGEbe+Ikjqpw=",
            "pbkdf2_sha256$99999999999$salt$cvkkyKZgOzq2h3yKTfBtKFQx4b0YP+uMGEbe+Ikjqpw=",
            "pbkdf2_sha256$4000000000$salt$cvkkyKZgOzq2h3yKTfBtKFQx4b0YP+uMGEbe+Ikjqpw=",
            "pbkdf2_sha256$1000$salt$",
            "pbkdf2_sha256$1000$salt",
            "argon2$argon2id$v=19$m=4294967295,t=1,p=1$bGZtZUtsd3cyQVg5SHEwWlk1NlJpdQ$WYKeD0NFUNZCc4FoA68JeGkgkdtcMNI1MxuowNTCg1w",
            "argon2$argon2id$v=19$m=8,t=99999,p=1$bGZtZUtsd3cyQVg5SHEwWlk1NlJpdQ$WYKeD0NFUNZCc4FoA68JeGkgkdtcMNI1MxuowNTCg1w",
            "argon2$argon2id$v=19$m=1,t=1,p=16$bGZtZUtsd3cyQVg5SHEwWlk1NlJpdQ$WYKeD0NFUNZCc4FoA68JeGkgkdtcMNI1MxuowNTCg1w",
            "argon2$argon2id$v=19$m=8,t=1,p=1$$",
            "scrypt$1073741824$salt$8$5$uUl52MtXO14SWZVQ+8SjIHfcqCAZ3vtspypMGZKMl6zxMnAOC+Tl/S6sncTATZPCnPYYsnkHqUdHiGLHoXr5Jw==",
            "scrypt$12345$salt$8$5$uUl52MtXO14SWZVQ+8SjIHfcqCAZ3vtspypMGZKMl6zxMnAOC+Tl/S6sncTATZPCnPYYsnkHqUdHiGLHoXr5Jw==",
            "bcrypt_sha256$$2b$31$gITbzQekl8tIv1NXOn7CGe6wVFAiYMqiCKJ0WZ8OdW3Rb9YOftCxa",
            "bcrypt_sha256$$2b$12$gITbzQekl8tIv1NXOn7CGe6wVFAiYMqiCKJ0WZ8OdW3Rb9YOftCé",
        ];
        for stored in junk {
            assert!(!verify(ENGLISH, stored), "{stored}");
            assert!(!verify("", stored), "{stored}");
        }
        assert!(!is_usable(unusable) && !is_usable(""));
        assert!(!verify(&"x".repeat(LONGEST + 1), GOLDEN[1].1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn junk_never_panics(format in "(pbkdf2_sha256|argon2|scrypt|bcrypt_sha256|)", rest in r"[$0-9a-z=,.+/\PC]{0,80}") {
            let stored = format!("{format}${rest}");
            // Only what is parsed costs time; it is taken apart in any case.
            prop_assert!(!is_usable(&stored) || stored.len() > 40);
        }
    }
}
