//! What people call the columns of their files, in several languages.
//!
//! Asked by the import of customers and by that of lists, so that both take a header for the same.

use crate::query::text;

/// What columns are called, without blanks and marks. `notes` is not among them: in an export of contacts those are the CRM's.
const NAMES: &[(&str, &[&str])] = &[
    ("kind", &["kind"]),
    ("id", &["id", "uuid", "key", "contactid"]),
    ("name", &["name", "fullname", "firstname", "lastname", "contact", "contactname", "person"]),
    ("name", &["ชื่อ", "นามสกุล", "ชื่อผู้ติดต่อ", "姓名", "名字"]),
    ("email", &["email", "mail", "emailaddress", "mailaddress", "อีเมล", "อีเมล์", "邮箱", "电子邮件"]),
    ("phone", &["phone", "tel", "telephone", "phonenumber", "mobile", "mobilephone", "cell"]),
    ("phone", &["โทร", "โทรศัพท์", "เบอร์โทร", "เบอร์โทรศัพท์", "มือถือ", "电话", "手机"]),
    ("company", &["company", "companyname", "organisation", "organization", "employer", "account", "บริษัท", "ชื่อบริษัท", "公司"]),
    ("note", &["note", "comment", "remark", "remarks", "หมายเหตุ", "备注"]),
];

/// A header without blanks, digits and marks, folded.
pub fn bare(header: &str) -> String {
    text::key(header).chars().filter(|letter| letter.is_alphabetic() || !letter.is_ascii()).collect()
}

/// What a column of this name usually holds: `kind`, `id`, `name`, `email`, `phone`, `company` or `note`.
pub fn meant(header: &str) -> Option<&'static str> {
    let bare = bare(header);
    NAMES.iter().find(|(_, names)| names.contains(&bare.as_str())).map(|(meant, _)| *meant)
}
