//! The sample data: the same every time, of any size, with something of everything.

use std::collections::BTreeSet;

use customer_segments::accounts::Actor;
use customer_segments::criteria::choices;
use customer_segments::customers::company::{self, Company};
use customer_segments::customers::contact::{self, Contact};
use customer_segments::customers::contract::{self, Contract};
use customer_segments::customers::sample;
use customer_segments::db::dialect::Engine;
use customer_segments::query::text::{key, nfc};
use customer_segments::query::{Selection, Sql};
use customer_segments::segments;
use customer_segments::segments::model::list_all;

use super::support::{TestDb, on_both_engines};

struct Everything {
    companies: Vec<Company>,
    contacts: Vec<Contact>,
    contracts: Vec<Contract>,
}

fn made(test: &TestDb, contacts: usize) -> Everything {
    sample::fill(&test.db, &test.clock, contacts).unwrap();
    let all = Sql::all();
    let select = |order: &Sql| -> Everything {
        let selection = Selection::first(&all, order, 100_000);
        let read = test.db.read_unhurried(|connection| {
            Ok(Everything {
                companies: company::list(connection, &Selection { order: &Sql::from("crm_app_company.id"), ..selection })?,
                contacts: contact::list(connection, &Selection { order: &Sql::from("crm_app_contact.id"), ..selection })?
                    .into_iter()
                    .map(|row| row.contact)
                    .collect(),
                contracts: contract::list(connection, &Selection { order: &Sql::from("crm_app_contract.id"), ..selection })?
                    .into_iter()
                    .map(|row| row.contract)
                    .collect(),
            })
        });
        read.unwrap()
    };
    select(&all)
}

#[test]
fn it_is_the_same_every_time_and_a_larger_one_begins_like_a_smaller_one() {
    let small = made(&TestDb::new(Engine::Sqlite), 600);
    assert_eq!((small.companies.len(), small.contacts.len(), small.contracts.len()), (60, 600, 90));
    on_both_engines(|test| {
        let large = made(test, 1_000);
        assert_eq!((large.companies.len(), large.contacts.len(), large.contracts.len()), (100, 1_000, 150));
        assert_eq!(large.companies[..60], small.companies);
        assert_eq!(large.contacts[..600], small.contacts);
        assert_eq!(large.contracts[..90], small.contracts);
    });
    assert_eq!(made(&TestDb::new(Engine::Sqlite), 7).contacts.len(), 7);
    assert_eq!(made(&TestDb::new(Engine::Sqlite), 1_237).contacts.len(), 1_237);
}

#[test]
fn there_is_something_of_everything() {
    let test = TestDb::new(Engine::Sqlite);
    let Everything { companies, contacts, contracts } = made(&test, 20_000);
    let share = |is: &dyn Fn(&Contact) -> bool| contacts.iter().filter(|contact| is(contact)).count() * 100 / contacts.len();
    for (what, share) in [
        ("inactive", share(&|contact| !contact.is_active)),
        ("unsubscribed", share(&|contact| contact.unsubscribed)),
        ("without a title", share(&|contact| contact.title.is_empty())),
        ("without e-mail", share(&|contact| contact.email.is_empty())),
    ] {
        assert!((4..15).contains(&share), "{what}: {share} %");
    }
    let addresses: Vec<String> = contacts.iter().map(|contact| key(&contact.email)).filter(|email| !email.is_empty()).collect();
    assert!(addresses.iter().collect::<BTreeSet<_>>().len() < addresses.len() - 100, "some share an address");
    let stored = |values: Vec<String>| values.into_iter().collect::<BTreeSet<String>>();
    let choices = |list: &[customer_segments::query::Choice]| stored(list.iter().map(|choice| choice.value.to_owned()).collect());
    assert_eq!(stored(companies.iter().map(|company| company.industry.clone()).collect()), choices(choices::INDUSTRY));
    assert_eq!(stored(contacts.iter().map(|contact| contact.contact_type.clone()).collect()), choices(choices::CONTACT_TYPE));
    assert_eq!(stored(contracts.iter().map(|contract| contract.status.clone()).collect()), choices(choices::CONTRACT_STATUS));
    assert_eq!(companies.iter().map(|company| &company.country).collect::<BTreeSet<_>>().len(), 12);
    assert_eq!(companies.iter().map(|company| key(&company.name)).collect::<BTreeSet<_>>().len(), companies.len());
    let today = test.clock.today();
    assert!(contracts.iter().any(|contract| contract.end_date < today) && contracts.iter().any(|contract| contract.end_date > today));
    for letters in ['ท', 'ễ', '王', 'é', '佐', '김'] {
        assert!(contacts.iter().any(|contact| contact.name.contains(letters)), "{letters}");
    }
    let texts = companies.iter().map(|company| &company.name).chain(contacts.iter().map(|contact| &contact.name));
    assert!(texts.into_iter().all(|text| *text == nfc(text)), "all in normal form");
}

#[test]
fn twelve_segments_go_with_it_and_all_but_the_archived_one_have_members() {
    on_both_engines(|test| {
        made(test, 600);
        let actor = Actor::system("demo", false);
        segments::sample::fill(&test.db, &test.clock, &actor).unwrap();
        let all = test.db.read_blocking(|connection| list_all(connection, &actor)).unwrap();
        let all: Vec<_> = all.into_iter().map(|row| row.segment).collect();
        assert_eq!(all.len(), 12);
        assert!(all.iter().any(|segment| segment.name == "High-Value Hotels in Thailand"));
        let statuses: Vec<&str> = all.iter().map(|segment| segment.status.as_str()).filter(|status| *status != "active").collect();
        assert_eq!(BTreeSet::from_iter(statuses), BTreeSet::from(["archived", "paused"]));
        let empty: Vec<&str> = all
            .iter()
            .filter(|segment| segment.member_count == 0 && segment.status != "archived")
            .map(|segment| segment.name.as_str())
            .collect();
        assert_eq!(empty, Vec::<&str>::new(), "these have no members");
    });
}
