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
/// What people are called by before their name, folded.
const TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mister", "madam", "dr", "prof", "professor", "khun", "ông", "bà", "chị", "cô"];
/// The same in Thai, which puts no blank behind them; the longer first.
const ATTACHED: &[&str] = &["คุณ", "นางสาว", "นาง", "นาย", "น.ส.", "ดร."];
/// What companies name in brackets: where they are.
const COUNTRIES: &[&str] = &[
    "thailand",
    "vietnam",
    "viet nam",
    "singapore",
    "malaysia",
    "indonesia",
    "philippines",
    "cambodia",
    "laos",
    "lao",
    "myanmar",
    "china",
    "hong kong",
    "hongkong",
    "macau",
    "taiwan",
    "japan",
    "korea",
    "india",
    "ประเทศไทย",
    "ไทย",
    "中国",
    "香港",
];

/// A folded name without what stands before it; as it is where nothing else is in it.
fn without_titles(name: &str) -> &str {
    let mut left = name.trim_start();
    loop {
        let apart = TITLES.iter().filter_map(|title| left.strip_prefix(title)).find(|rest| rest.starts_with(['.', ' ']));
        let rest = apart.or_else(|| ATTACHED.iter().find_map(|title| left.strip_prefix(title)));
        match rest.map(|rest| rest.trim_start_matches(['.', ' '])).filter(|rest| !rest.is_empty()) {
            Some(rest) => left = rest,
            None => return left,
        }
    }
}

/// A folded name without the country that it has in brackets.
fn without_country(name: &str) -> String {
    let name = name.replace('（', "(").replace('）', ")");
    let (mut kept, mut left) = (String::new(), name.as_str());
    while let Some((before, (inside, behind))) = left.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?))) {
        kept.push_str(before);
        kept.push(' ');
        if !COUNTRIES.contains(&inside.trim()) {
            kept.push_str(inside);
            kept.push(' ');
        }
        left = behind;
    }
    kept + left
}

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
    let words: Vec<String> = words(&without_country(&text::key(name))).into_iter().filter(|word| !LEGAL.contains(&word.as_str())).collect();
    BARE_WITHIN.iter().fold(words.concat(), |bare, word| bare.replace(word, ""))
}

/// A person's name, bare, whichever of their names comes first.
pub(super) fn bare_person(name: &str) -> String {
    let mut words: Vec<String> = words(without_titles(&text::key(name)));
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
        assert_eq!(bare_company("Six Palms (Thailand) Co., Ltd."), "sixpalms");
        assert_eq!(bare_company("บริษัท สยามเสียง (ประเทศไทย) จำกัด"), bare_company("สยามเสียง"));
        assert_eq!(bare_company("北京饭店（中国）有限公司"), "北京饭店");
        assert_eq!(bare_company("Thailand Sound (Bangkok"), "thailandsoundbangkok", "a country that is a name stays");
        assert_ne!(bare_company("กาแฟ"), bare_company("กาฟ"), "Thai vowels are no accents");
    }

    #[test]
    fn titles_and_the_order_of_names_make_no_difference() {
        assert_eq!(bare_person("Mr. Somchai Jaidee"), bare_person("JAIDEE, Somchai"));
        for name in ["คุณ สมชาย", "คุณสมชาย", "นายสมชาย", "ดร.สมชาย", "นาย สมชาย"]
        {
            assert_eq!(bare_person(name), bare_person("สมชาย"), "{name}");
        }
        assert_eq!(bare_person("น.ส. อนงค์ ศรีสุข"), bare_person("นางสาวอนงค์ ศรีสุข"));
        for name in ["Ông Bùi Mỹ Duyên", "Bà Bui My Duyen", "Mrs. Dr. BÙI MỸ DUYÊN", "ms bui my duyen"] {
            assert_eq!(bare_person(name), bare_person("Bùi Mỹ Duyên"), "{name}");
        }
        assert_eq!(bare_person("anaïs lefèvre"), bare_person("Lefevre Anais"));
        assert_ne!(bare_person("Ong Beng"), bare_person("Beng"), "a name is no title");
        assert_ne!(bare_person("Drake Mrsic"), bare_person("ake ic"));
        assert_eq!(bare_person("Dr."), "dr");
        assert_ne!(bare_person("Somchai"), bare_person("Somchay"));
    }
}
