//! What the columns of a file hold, guessed from their names, and from a few rows where a name alone would mislead.
//!
//! Called when a file comes in; whoever sent it can change what was guessed.

use crate::customers::headers::{bare, meant};
use crate::customers::import::{What, fields};
use crate::db::Id;

/// What the fields of customers are called besides, without blanks and marks; where two have a name, one thing that is imported has
/// only one of them.
const ALSO: &[(&str, &[&str])] = &[
    ("contract_number", &["number", "no", "contract", "contractno", "contractid", "reference", "เลขที่สัญญา", "合同编号"]),
    ("start_date", &["start", "starts", "begin", "begins", "from", "validfrom", "วันเริ่ม", "วันที่เริ่ม", "开始日期"]),
    ("end_date", &["end", "ends", "until", "to", "validuntil", "expires", "expiry", "expirydate", "expirationdate", "วันสิ้นสุด", "结束日期"]),
    ("value", &["amount", "contractvalue", "price", "total", "มูลค่า", "金额"]),
    ("service_type", &["service", "product", "บริการ"]),
    ("auto_renew", &["autorenewal", "renews", "renewsautomatically"]),
    ("contract_type", &["type"]),
    ("contact_type", &["type"]),
    ("company", &["customer", "client"]),
    ("title", &["jobtitle", "position", "role", "ตำแหน่ง", "职位"]),
    ("country", &["nation", "ประเทศ", "国家"]),
    ("city", &["town", "เมือง", "城市"]),
    ("website", &["web", "url", "homepage", "เว็บไซต์", "网站"]),
    ("industry", &["sector", "branch", "อุตสาหกรรม", "行业"]),
];

/// The field that each column of the header feeds; blank where none is guessed. No two columns feed one, but for the parts of a
/// name, which are joined.
pub fn guess(what: What, header: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let known = fields(what);
    let mut guessed: Vec<String> =
        header.iter().map(|name| known.iter().find(|field| *field == name).cloned().unwrap_or_default()).collect();
    for (column, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let Some(field) = similar(what, name, &known) else { continue };
        let is_free = !guessed.contains(&field) || is_part(name) && parts_alone(header, &guessed, &field);
        if let Some(place) = guessed.get_mut(column).filter(|place| place.is_empty() && is_free) {
            *place = field;
        }
    }
    for (column, field) in guessed.iter_mut().enumerate() {
        let first = rows.iter().filter_map(|row| row.get(column)).find(|cell| !cell.trim().is_empty());
        // The numbers of another program are no keys of this one.
        if (field == "id" || field.ends_with("_id")) && first.is_some_and(|cell| Id::parse(cell).is_none()) {
            field.clear();
        }
    }
    guessed
}

/// The field that a name means, however it is written.
fn similar(what: What, name: &str, known: &[String]) -> Option<String> {
    let bare_name = bare(name);
    let same = known.iter().find(|field| bare(field) == bare_name);
    let is_also = |field: &&String| ALSO.iter().any(|(also, names)| also == field && names.contains(&bare_name.as_str()));
    same.or_else(|| known.iter().find(is_also)).cloned().or_else(|| {
        let meant = match (what, meant(name)?) {
            (What::Companies, "company") => "name",
            (_, "note") => "notes",
            (_, meant) => meant,
        };
        known.iter().find(|field| *field == meant).cloned()
    })
}

const PARTS: [&str; 4] = ["firstname", "lastname", "ชื่อ", "นามสกุล"];

fn is_part(name: &str) -> bool {
    PARTS.contains(&bare(name).as_str())
}

/// Whether all columns that feed the field so far hold but a part of it.
fn parts_alone(header: &[String], guessed: &[String], field: &str) -> bool {
    header.iter().zip(guessed).filter(|(_, guessed)| *guessed == field).all(|(name, _)| is_part(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(what: What, header: &str, row: &str) -> String {
        let split = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        guess(what, &split(header), &[split(row)]).join(",")
    }

    #[test]
    fn headers_are_taken_for_the_fields_they_mean() {
        let contacts = |header| guessed(What::Contacts, header, "");
        assert_eq!(contacts("name,email,phone"), "name,email,phone");
        assert_eq!(contacts("First Name,Last Name,Email,Phone 1,Phone 2,Company"), "name,name,email,phone,,company");
        assert_eq!(contacts("Name,First name,E-Mail,Is active"), "name,,email,is_active");
        assert_eq!(contacts("ชื่อ,นามสกุล,อีเมล,บริษัท,หมายเหตุ"), "name,name,email,company,notes");
        assert_eq!(contacts("Mobile,mobile"), ",mobile", "what is spelt like a field goes first");
        assert_eq!(guessed(What::Companies, "Organization,Website,Shoe size", ""), "name,website,");
        assert_eq!(guessed(What::Contracts, "Contract number,Company,Start date,Name", ""), "contract_number,company,start_date,");
        let others = guessed(What::Contracts, "Contract no.,Customer,Starts,Expiry date,Amount,Currency,Service,Type,Auto-renewal", "");
        assert_eq!(others, "contract_number,company,start_date,end_date,value,currency,service_type,contract_type,auto_renew");
        assert_eq!(contacts("Name,Company,Job title,Type"), "name,company,title,contact_type");
    }

    #[test]
    fn a_key_is_one_only_where_it_looks_like_one() {
        assert_eq!(guessed(What::Contacts, "Id,name", "17,Anong"), ",name");
        assert_eq!(guessed(What::Contacts, "Id,name", "0192f3a4-0000-7000-8000-000000000001,Anong"), "id,name");
        assert_eq!(guessed(What::Contacts, "Id,name", ",Anong"), "id,name");
    }
}
