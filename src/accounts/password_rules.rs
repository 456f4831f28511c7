//! What a new password must be: long enough, not guessed first. No composition rules, no truncation (OWASP ASVS 5, 6.2).
//!
//! Asked by whoever stores a password that a person chose: commands and pages. The words are Django's.

/// The fewest characters.
const SHORTEST: usize = 8;
/// The most; a hash takes no longer for it, but a field must end somewhere.
const LONGEST: usize = 1000;
/// The passwords that are tried first: the commonest ones of Django's list (by Royce Williams), in order of bytes.
const COMMON: &str = include_str!("common_passwords.txt");

/// Everything that is wrong with `password` for the user `username`, as sentences; none when it is good.
pub fn problems(password: &str, username: &str) -> Vec<String> {
    let folded = password.to_lowercase();
    let mut problems = Vec::new();
    let length = password.chars().count();
    if length < SHORTEST {
        problems.push(format!("This password is too short. It must contain at least {SHORTEST} characters."));
    }
    if length > LONGEST {
        problems.push(format!("This password is too long. It must contain at most {LONGEST} characters."));
    }
    if is_name(&folded, &username.to_lowercase()) {
        problems.push("The password is too similar to the username.".into());
    }
    if COMMON.lines().any(|common| common == folded) {
        problems.push("This password is too common.".into());
    }
    if !password.is_empty() && password.chars().all(char::is_numeric) {
        problems.push("This password is entirely numeric.".into());
    }
    problems
}

/// What is wrong with a new password that was typed twice.
#[derive(Debug, Default)]
pub struct Problems {
    /// With the first.
    pub first: Vec<String>,
    /// With the second.
    pub again: Vec<String>,
}

impl Problems {
    /// Of `first` and `again`, typed for the user `username`.
    pub fn of(first: &str, again: &str, username: &str) -> Self {
        let required = || vec!["This field is required.".to_owned()];
        let is_other = !again.is_empty() && first != again;
        Self {
            first: if first.is_empty() { required() } else { problems(first, username) },
            again: match again {
                "" => required(),
                _ if is_other => vec!["The two password fields didn’t match.".to_owned()],
                _ => Vec::new(),
            },
        }
    }
}

/// Whether the password is the name, alone or with digits and signs around it.
fn is_name(password: &str, username: &str) -> bool {
    let core = password.trim_matches(|letter: char| !letter.is_alphabetic());
    !username.is_empty()
        && (password == username || (!core.is_empty() && core == username.trim_matches(|letter: char| !letter.is_alphabetic())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_why() {
        for (password, word) in [
            ("", "too short"),
            ("sh0rt!", "too short"),
            ("PassWord123", "too common"),
            ("iloveyou1", "too common"),
            ("83920174652", "entirely numeric"),
            ("somchai.p", "similar"),
            ("Somchai.P2026!", "similar"),
        ] {
            let problems = problems(password, "somchai.p");
            assert!(problems.iter().any(|problem| problem.contains(word)), "{password}: {problems:?}");
        }
        assert_eq!(problems(&"x".repeat(1001), "u").len(), 1);
    }

    #[test]
    fn good_passwords_are_taken_without_rules_of_composition() {
        for password in ["correct horse battery staple", "ภูเก็ตหาดป่าตอง", "        a b c", &"long".repeat(32), "🎵🎵🎵🎵🎵🎵🎵🎵"]
        {
            assert_eq!(problems(password, "somchai"), Vec::<String>::new(), "{password}");
        }
    }
}
