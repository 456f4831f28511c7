//! Names without what people write differently, for near matches: "Six Palms Co., Ltd." is near "SIX PALMS", "บริษัท ไทย จำกัด"
//! near "ไทย".
//!
//! Called by `near`, for both sides of a comparison.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::query::text;

/// Words that say what kind of company one is.
const LEGAL: &[&str] = &[
    "co",
    "ltd",
    "limited",
    "company",
    "inc",
    "incorporated",
    "llc",
    "llp",
    "corp",
    "corporation",
    "gmbh",
    "ag",
    "kg",
    "plc",
    "pte",
    "pvt",
    "pty",
    "sdn",
    "bhd",
    "pt",
    "cv",
    "tbk",
    "sa",
    "sas",
    "sarl",
    "srl",
    "bv",
    "nv",
    "oy",
    "ab",
    "jsc",
    "pcl",
    "public",
    "cong",
    "ty",
    "tnhh",
];
/// The same in scripts that put no blank between words.
const WITHIN: &[&str] = &[
    "บริษัท",
    "ห้างหุ้นส่วนจำกัด",
    "ห้างหุ้นส่วน",
    "จำกัด",
    "มหาชน",
    "บจก",
    "หจก",
    "บมจ",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "公司",
    "株式会社",
];
/// They, spelt as names are compared: a Thai vowel may come apart.
static BARE_WITHIN: LazyLock<Vec<String>> = LazyLock::new(|| WITHIN.iter().map(|word| words(word).concat()).collect());
/// What people are called by before their name.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "dr", "khun", "prof", "คุณ", "นาย", "นาง", "นางสาว"];

/// The words of a name, folded, without punctuation and accents of Latin letters.
fn words(name: &str) -> Vec<String> {
    let folded = text::key(name).nfkd().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).collect::<String>();
    let folded = text::nfc(&folded).replace('đ', "d");
    // A mark of a script that needs it, such as a Thai vowel, is part of its word.
    let is_apart = |letter: char| letter.is_whitespace() || letter.is_ascii_punctuation() || "–—’‘“”·、，。（）・«»…".contains(letter);
    folded.split(is_apart).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A company's name, bare; blank where nothing of it is left.
pub(super) fn bare_company(name: &str) -> String {
    let words: Vec<String> = words(name).into_iter().filter(|word| !LEGAL.contains(&word.as_str())).collect();
    BARE_WITHIN.iter().fold(words.concat(), |bare, word| bare.replace(word, ""))
}

/// A person's name, bare, whichever of their names comes first.
pub(super) fn bare_person(name: &str) -> String {
    let mut words: Vec<String> = words(name).into_iter().filter(|word| !TITLES.contains(&word.as_str())).collect();
    words.sort_unstable();
    words.concat()
}

/// The digits of a telephone number.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kind_of_company_it_is_makes_no_difference() {
        for name in
            ["Six Palms", "SIX PALMS CO., LTD.", "Six-Palms Co.,Ltd", "six palms GmbH", "Sixpalms (Public) Company Limited", "Síx Pàlms"]
        {
            assert_eq!(bare_company(name), "sixpalms", "{name}");
        }
        assert_eq!(bare_company("บริษัท สยามเสียง จำกัด (มหาชน)"), bare_company("สยามเสียง"));
        assert_eq!(bare_company("北京饭店有限公司"), "北京饭店");
        assert_eq!(bare_company("Co., Ltd."), "");
        assert_ne!(bare_company("กาแฟ"), bare_company("กาฟ"), "Thai vowels are no accents");
    }

    #[test]
    fn titles_and_the_order_of_names_make_no_difference() {
        assert_eq!(bare_person("Mr. Somchai Jaidee"), bare_person("JAIDEE, Somchai"));
        assert_eq!(bare_person("คุณ สมชาย"), bare_person("สมชาย"));
        assert_ne!(bare_person("Somchai"), bare_person("Somchay"));
    }
}
