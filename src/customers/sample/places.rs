//! Where the sample's companies are, and how people there are called. Words only; who is made of them is decided elsewhere.

/// How names are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Given name, blank, family name.
    GivenFirst,
    /// Family name, blank, given name.
    FamilyFirst,
    /// Family name and given name without a blank between.
    Joined,
}

/// Names, each as it is written there and as an e-mail address spells it.
#[derive(Debug)]
pub(super) struct Names {
    /// How the two are put together.
    pub(super) script: Script,
    /// Given names.
    pub(super) given: &'static [(&'static str, &'static str)],
    /// Family names.
    pub(super) family: &'static [(&'static str, &'static str)],
}

/// A country with its cities and the regions they are in.
#[derive(Debug)]
pub(super) struct Country {
    /// Its name.
    pub(super) name: &'static str,
    /// City and region.
    pub(super) cities: &'static [(&'static str, &'static str)],
    /// What telephone numbers begin with.
    pub(super) dial: &'static str,
    /// How people there are called.
    pub(super) names: &'static Names,
}

/// The countries, and how many companies of a hundred are there.
pub(super) static COUNTRIES: &[(u32, &Country)] = &[
    (28, &THAILAND),
    (12, &VIETNAM),
    (9, &SINGAPORE),
    (8, &MALAYSIA),
    (8, &INDONESIA),
    (7, &PHILIPPINES),
    (5, &CAMBODIA),
    (4, &LAOS),
    (4, &MYANMAR),
    (7, &CHINA),
    (5, &JAPAN),
    (3, &KOREA),
];

static THAILAND: Country = Country {
    name: "Thailand",
    cities: &[
        ("Bangkok", "Bangkok"),
        ("Phuket", "Phuket"),
        ("Chiang Mai", "Chiang Mai"),
        ("Pattaya", "Chonburi"),
        ("Hua Hin", "Prachuap Khiri Khan"),
        ("Ko Samui", "Surat Thani"),
        ("Krabi", "Krabi"),
        ("Khon Kaen", "Khon Kaen"),
    ],
    dial: "+66",
    names: &THAI,
};
static VIETNAM: Country = Country {
    name: "Vietnam",
    cities: &[("Hà Nội", ""), ("Hồ Chí Minh", ""), ("Đà Nẵng", ""), ("Nha Trang", "Khánh Hòa"), ("Hội An", "Quảng Nam"), ("Huế", "")],
    dial: "+84",
    names: &VIETNAMESE,
};
static SINGAPORE: Country = Country { name: "Singapore", cities: &[("Singapore", "")], dial: "+65", names: &CHINESE };
static MALAYSIA: Country = Country {
    name: "Malaysia",
    cities: &[("Kuala Lumpur", ""), ("George Town", "Penang"), ("Johor Bahru", "Johor"), ("Kota Kinabalu", "Sabah"), ("Langkawi", "Kedah")],
    dial: "+60",
    names: &MALAY,
};
static INDONESIA: Country = Country {
    name: "Indonesia",
    cities: &[("Jakarta", ""), ("Denpasar", "Bali"), ("Ubud", "Bali"), ("Surabaya", "East Java"), ("Yogyakarta", "")],
    dial: "+62",
    names: &MALAY,
};
static PHILIPPINES: Country = Country {
    name: "Philippines",
    cities: &[("Manila", "Metro Manila"), ("Makati", "Metro Manila"), ("Cebu City", "Cebu"), ("Boracay", "Aklan"), ("Davao City", "")],
    dial: "+63",
    names: &SPANISH,
};
static CAMBODIA: Country =
    Country { name: "Cambodia", cities: &[("Phnom Penh", ""), ("Siem Reap", ""), ("Sihanoukville", "")], dial: "+855", names: &FRENCH };
static LAOS: Country =
    Country { name: "Laos", cities: &[("Vientiane", ""), ("Luang Prabang", ""), ("Pakse", "Champasak")], dial: "+856", names: &FRENCH };
static MYANMAR: Country =
    Country { name: "Myanmar", cities: &[("Yangon", ""), ("Mandalay", ""), ("Bagan", "")], dial: "+95", names: &THAI };
static CHINA: Country = Country {
    name: "China",
    cities: &[("上海", "上海"), ("北京", "北京"), ("深圳", "广东"), ("广州", "广东"), ("成都", "四川"), ("Sanya", "Hainan")],
    dial: "+86",
    names: &CHINESE,
};
static JAPAN: Country = Country {
    name: "Japan",
    cities: &[("Tōkyō", ""), ("Ōsaka", ""), ("Kyōto", ""), ("Sapporo", "Hokkaidō"), ("Naha", "Okinawa")],
    dial: "+81",
    names: &JAPANESE,
};
static KOREA: Country =
    Country { name: "South Korea", cities: &[("Seoul", ""), ("Busan", ""), ("Jeju", "Jeju-do")], dial: "+82", names: &KOREAN };

static THAI: Names = Names {
    script: Script::GivenFirst,
    given: &[
        ("สมชาย", "somchai"),
        ("สมหญิง", "somying"),
        ("อนันต์", "anan"),
        ("วิภา", "wipha"),
        ("ณัฐพล", "nattapon"),
        ("พิมพ์ชนก", "pimchanok"),
        ("กิตติ", "kitti"),
        ("ศิริพร", "siriporn"),
        ("ธนากร", "thanakorn"),
        ("มาลี", "malee"),
        ("Somsak", "somsak"),
        ("Kanya", "kanya"),
        ("Narong", "narong"),
        ("Ratana", "ratana"),
    ],
    family: &[
        ("ใจดี", "jaidee"),
        ("สุขสวัสดิ์", "suksawat"),
        ("ศรีสุวรรณ", "srisuwan"),
        ("บุญมา", "boonma"),
        ("วงศ์ใหญ่", "wongyai"),
        ("ทองดี", "thongdee"),
        ("แก้วมณี", "kaewmanee"),
        ("Chaiyaporn", "chaiyaporn"),
        ("Rattanakul", "rattanakul"),
    ],
};
static VIETNAMESE: Names = Names {
    script: Script::FamilyFirst,
    given: &[
        ("Thị Hương", "huong"),
        ("Văn Đức", "duc"),
        ("Minh Châu", "chau"),
        ("Quốc Bảo", "bao"),
        ("Ngọc Ánh", "anh"),
        ("Thanh Tùng", "tung"),
        ("Thùy Linh", "linh"),
        ("Hữu Phước", "phuoc"),
        ("Mỹ Duyên", "duyen"),
        ("Tuấn Kiệt", "kiet"),
    ],
    family: &[
        ("Nguyễn", "nguyen"),
        ("Trần", "tran"),
        ("Lê", "le"),
        ("Phạm", "pham"),
        ("Hoàng", "hoang"),
        ("Võ", "vo"),
        ("Đặng", "dang"),
        ("Bùi", "bui"),
    ],
};
static CHINESE: Names = Names {
    script: Script::Joined,
    given: &[
        ("伟", "wei"),
        ("芳", "fang"),
        ("秀英", "xiuying"),
        ("娜", "na"),
        ("建国", "jianguo"),
        ("静怡", "jingyi"),
        ("志强", "zhiqiang"),
        ("美玲", "meiling"),
        ("子轩", "zixuan"),
        ("晓明", "xiaoming"),
    ],
    family: &[
        ("王", "wang"),
        ("李", "li"),
        ("张", "zhang"),
        ("刘", "liu"),
        ("陈", "chen"),
        ("杨", "yang"),
        ("黄", "huang"),
        ("吕", "lv"),
        ("欧阳", "ouyang"),
    ],
};
static MALAY: Names = Names {
    script: Script::GivenFirst,
    given: &[
        ("Nur Aisyah", "aisyah"),
        ("Ahmad", "ahmad"),
        ("Siti", "siti"),
        ("Budi", "budi"),
        ("Dewi", "dewi"),
        ("Hafiz", "hafiz"),
        ("Putri", "putri"),
        ("Agus", "agus"),
        ("Zulaikha", "zulaikha"),
    ],
    family: &[
        ("Rahman", "rahman"),
        ("Santoso", "santoso"),
        ("Ismail", "ismail"),
        ("Wijaya", "wijaya"),
        ("Abdullah", "abdullah"),
        ("Lestari", "lestari"),
        ("Hidayat", "hidayat"),
    ],
};
static SPANISH: Names = Names {
    script: Script::GivenFirst,
    given: &[
        ("José", "jose"),
        ("María", "maria"),
        ("Andrés", "andres"),
        ("Inés", "ines"),
        ("Ramón", "ramon"),
        ("Begoña", "begona"),
        ("Jun", "jun"),
        ("Analyn", "analyn"),
    ],
    family: &[
        ("Peña", "pena"),
        ("Muñoz", "munoz"),
        ("Gutiérrez", "gutierrez"),
        ("Santos", "santos"),
        ("Reyes", "reyes"),
        ("Dela Cruz", "delacruz"),
        ("Ibáñez", "ibanez"),
    ],
};
static FRENCH: Names = Names {
    script: Script::GivenFirst,
    given: &[
        ("François", "francois"),
        ("Zoë", "zoe"),
        ("Hélène", "helene"),
        ("Søren", "soren"),
        ("Jürgen", "jurgen"),
        ("Anaïs", "anais"),
        ("Sophea", "sophea"),
        ("Dara", "dara"),
        ("Khamla", "khamla"),
    ],
    family: &[
        ("Lefèvre", "lefevre"),
        ("Müller", "muller"),
        ("Ångström", "angstrom"),
        ("Garçon", "garcon"),
        ("Sok", "sok"),
        ("Chan", "chan"),
        ("Phommasan", "phommasan"),
        ("O’Brien", "obrien"),
    ],
};
static JAPANESE: Names = Names {
    script: Script::FamilyFirst,
    given: &[("健", "ken"), ("美咲", "misaki"), ("大輔", "daisuke"), ("陽子", "yoko"), ("翔太", "shota"), ("さくら", "sakura")],
    family: &[("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("渡辺", "watanabe")],
};
static KOREAN: Names = Names {
    script: Script::Joined,
    given: &[("민준", "minjun"), ("서연", "seoyeon"), ("지훈", "jihoon"), ("수빈", "subin"), ("하은", "haeun")],
    family: &[("김", "kim"), ("이", "lee"), ("박", "park"), ("최", "choi"), ("정", "jung")],
};
