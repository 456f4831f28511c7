//! The sample's companies.

use std::collections::HashMap;

use super::places::{COUNTRIES, Country};
use super::random::Random;
use super::{Sample, id};
use crate::criteria::choices::INDUSTRY;
use crate::customers::company::Company;
use crate::query::text;

const KIND: u64 = 1;

/// A line of business: how many companies of a hundred are in it, and what they call themselves.
struct Line {
    share: u32,
    words: &'static [&'static str],
    /// What stands before the name in Thai and Vietnamese, and after it in Chinese; empty where English is usual.
    native: [&'static str; 3],
}

/// In the order of the catalogue's industries.
static LINES: [Line; 16] = [
    Line {
        share: 26, words: &["Hotel", "Resort & Spa", "Suites", "Boutique Hotel"], native: ["โรงแรม", "Khách sạn ", "大酒店"]
    },
    Line {
        share: 15, words: &["Restaurant", "Bistro", "Kitchen", "Brasserie"], native: ["ร้านอาหาร", "Nhà hàng ", "餐厅"]
    },
    Line { share: 9, words: &["Bar", "Rooftop", "Lounge"], native: ["บาร์", "", "酒吧"] },
    Line { share: 5, words: &["Burgers", "Noodle Express", "Chicken"], native: ["", "Phở ", "快餐"] },
    Line { share: 6, words: &["Fashion", "Boutique", "Tailors"], native: ["", "", "服饰"] },
    Line { share: 4, words: &["Supermarket", "Fresh Mart"], native: ["ตลาด", "Siêu thị ", "超市"] },
    Line { share: 4, words: &["Plaza", "Galleria", "Shopping Centre"], native: ["ศูนย์การค้า", "", "广场"] },
    Line { share: 4, words: &["Tower", "Offices", "Business Park"], native: ["", "", "大厦"] },
    Line { share: 3, words: &["Hospital", "Clinic"], native: ["โรงพยาบาล", "Bệnh viện ", "医院"] },
    Line { share: 5, words: &["Spa", "Wellness", "Thermal Baths"], native: ["สปา", "", "水疗"] },
    Line { share: 2, words: &["Water Park", "Fun World"], native: ["สวนสนุก", "", "乐园"] },
    Line { share: 8, words: &["Café", "Coffee Roasters", "Tea House"], native: ["คาเฟ่", "Cà phê ", "咖啡"] },
    Line { share: 3, words: &["Gym", "Fitness Club"], native: ["", "", "健身"] },
    Line { share: 2, words: &["Salon", "Hair Studio"], native: ["", "", "美发"] },
    Line { share: 2, words: &["Bank", "Finance"], native: ["ธนาคาร", "Ngân hàng ", "银行"] },
    Line { share: 2, words: &["Museum", "Airport Lounge", "Studio"], native: ["", "", ""] },
];

static LATIN: &[&str] = &[
    "Siam",
    "Lotus",
    "Orchid",
    "Emerald",
    "Riverside",
    "Golden Bay",
    "Blue Lagoon",
    "Mango Tree",
    "Red Lantern",
    "Old Town",
    "Sunset",
    "Bamboo",
    "Coral",
    "Jade",
    "Frangipani",
    "Tiger Lily",
    "Lantern Street",
    "Moonlight",
    "Silk Road",
    "Banyan",
    "Harbour",
    "Monsoon",
    "Paradise",
    "Crème de la Mer",
    "L’Été",
    "Señor Pepe",
    "Ångström",
    "Maison Zoë",
    "El Niño",
    "Krüger",
    "Soleil Levant",
    "Grand Mékong",
];
static THAI: &[&str] = &["สยามสุข", "เรือนไทย", "ริมน้ำ", "บ้านสวน", "ดอกบัว", "ช้างทอง", "ทะเลใส", "จันทร์เจ้า", "พระนคร"];
static VIETNAMESE: &[&str] = &["Hoàng Gia", "Sông Hương", "Biển Xanh", "Hoa Sen", "Mặt Trời", "Phố Cổ", "Ánh Dương", "Đại Việt"];
static CHINESE: &[&str] = &["金龙", "和平", "云海", "锦绣", "东方", "明珠", "长城", "紫荆", "玉泉"];
static STREETS: &[&str] =
    &["Beach Road", "Main Street", "Harbour Road", "Station Road", "Sukhumvit Road", "Jalan Merdeka", "Đường Lê Lợi", "南京路"];
static PLANS: &[(u32, &str)] = &[(30, "Soundtrack Essential"), (30, "Soundtrack Unlimited"), (20, "Beat Breeze"), (10, "Custom"), (10, "")];

/// Companies, one after the other.
#[derive(Debug, Default)]
pub(super) struct Companies {
    /// How often each name was given.
    names: HashMap<String, u32>,
}

impl Companies {
    /// The company number `index`, with the country that it is in.
    pub(super) fn make(&mut self, sample: &Sample, index: usize) -> (Company, &'static Country) {
        let random = &mut Random::of(KIND, index);
        let (country, line) = kind(random, index);
        let (city, state) = random.pick(country.cities).unwrap_or_default();
        let mut company = Company::new(id(KIND, index), sample.ago(random, 2_000));
        company.name = self.unique(name(random, country, &LINES[line], city));
        company.industry = INDUSTRY[line].value.into();
        company.country = country.name.into();
        (company.city, company.state) = (city.into(), state.into());
        Self::furnish(random, &mut company, country, sample, index);
        (company, country)
    }

    fn unique(&mut self, name: String) -> String {
        let times = self.names.entry(text::key(&name)).or_default();
        *times += 1;
        if *times > 1 { format!("{name} {times}") } else { name }
    }

    fn furnish(random: &mut Random, company: &mut Company, country: &Country, sample: &Sample, index: usize) {
        let domain = domain(&company.name, index);
        if random.chance(70) {
            company.legal_entity_name = format!("{} Co., Ltd.", company.name);
        }
        company.address_line1 = format!("{} {}", random.between(1, 999), random.word(STREETS));
        company.postal_code = random.between(10_000, 99_999).to_string();
        company.phone = phone(random, country);
        company.email = format!("info@{domain}");
        company.website = if random.chance(85) { format!("https://www.{domain}") } else { String::new() };
        company.location_count = if random.chance(60) { 1 } else { random.between(2, 40) };
        company.music_zone_count = company.location_count * random.between(1, 6);
        company.current_plan = random.weighted(PLANS).unwrap_or_default().into();
        company.billing_entity = if country.name == "Thailand" { "BMAsia (Thailand) Co., Ltd." } else { "BMAsia Limited" }.into();
        // The first of every ten has a group of its own, to which the fourth and the seventh belong.
        company.is_corporate_parent = index.is_multiple_of(10);
        company.parent_company_id = matches!(index % 10, 3 | 6).then(|| id(KIND, index - index % 10));
        company.is_active = random.chance(93);
        company.seasonal_emails_enabled = random.chance(80);
        company.updated_at = sample.since(random, company.created_at);
    }
}

/// The country and the line of business: by their shares, but that two of every twenty, the large ones, are hotels in the
/// first country. They are what the first segment is about, at any size of sample.
fn kind(random: &mut Random, index: usize) -> (&'static Country, usize) {
    let (first, hotels) = (COUNTRIES[0].1, 0);
    if matches!(index % 20, 2 | 18) {
        return (first, hotels);
    }
    let shares: Vec<(u32, usize)> = LINES.iter().enumerate().map(|(place, line)| (line.share, place)).collect();
    (random.weighted(COUNTRIES).unwrap_or(first), random.weighted(&shares).unwrap_or(hotels))
}

/// The domain of a company's addresses; those of the sample lead nowhere.
pub(super) fn domain(name: &str, index: usize) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    if letters.len() < 4 { format!("company{index}.example") } else { format!("{letters}.example") }
}

/// A telephone number.
pub(super) fn phone(random: &mut Random, country: &Country) -> String {
    format!("{} {} {:03} {:04}", country.dial, random.between(20, 99), random.below(1_000), random.below(10_000))
}

fn name(random: &mut Random, country: &Country, line: &Line, city: &str) -> String {
    let [thai, vietnamese, chinese] = line.native;
    let is_native = random.chance(45);
    match country.name {
        "Thailand" if is_native && !thai.is_empty() => format!("{thai}{}", random.word(THAI)),
        "Vietnam" if is_native && !vietnamese.is_empty() => format!("{vietnamese}{}", random.word(VIETNAMESE)),
        "China" if is_native && !chinese.is_empty() => format!("{}{chinese}", random.word(CHINESE)),
        _ => {
            let (brand, word) = (random.word(LATIN), random.word(line.words));
            if random.chance(50) { format!("{brand} {word} {city}") } else { format!("{brand} {word}") }
        }
    }
}
