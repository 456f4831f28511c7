//! Password hashes: made in two formats, verified in every one that Django writes by default or documents as safe.
//!
//! Called through `hashing` (which bounds how many run at once) and by commands. Written by hand on the RustCrypto crates
//! because the one crate that reads Django's formats cannot verify today's argon2id. A stored text that is junk, unusable
//! (`!…`) or costs more than the caps is simply not the password.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::Sha256;
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
            let out = STANDARD.encode(pbkdf2(password, &salt, ROUNDS));
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
        Some(Stored::Pbkdf2 { rounds, salt, hash }) => same(&pbkdf2(password, salt, rounds), &hash),
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
        (Some(Stored::Pbkdf2 { rounds, .. }), PasswordHasher::Pbkdf2Sha256) => rounds < ROUNDS,
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
    Pbkdf2 { rounds: u32, salt: &'a str, hash: Vec<u8> },
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
        let (rounds, hash) = (number(rounds, MOST_ROUNDS)?, decode(hash)?);
        (hash.len() == 32).then_some(Self::Pbkdf2 { rounds, salt, hash })
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

fn pbkdf2(password: &str, salt: &str, rounds: u32) -> [u8; 32] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt.as_bytes(), rounds)
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
