//! Pages of a list: 100 rows each, the numbers that are offered, and "Show all" while that is few enough.
//!
//! Called by `changelist`. Where the total is only known to be large, the last page is unknown: numbers are offered as far
//! as the count goes and Next leads beyond.

use super::query_string::QueryString;

/// Rows of a page.
pub const PER_PAGE: i64 = 100;
/// The most rows that are shown as one page when asked for.
pub const MAX_SHOW_ALL: i64 = 200;
/// Page numbers offered on each side of the present one, and at either end.
const ON_EACH_SIDE: i64 = 3;
const ON_ENDS: i64 = 2;

/// The page's number in the address; begins at 1.
pub const PAGE: &str = "p";
/// Asks for all rows on one page.
pub const ALL: &str = "all";

/// A total, perhaps counted only so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many were counted.
    pub value: i64,
    /// Whether there are more.
    pub is_capped: bool,
}

impl Count {
    /// "1,204", or "10,000+".
    pub fn text(self) -> String {
        format!("{}{}", super::display::number(self.value), if self.is_capped { "+" } else { "" })
    }
}

/// Which page is asked for, of rows that are not counted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// The page, from 1.
    pub page: i64,
    /// Whether all rows are wanted at once.
    pub all: bool,
}

impl Wanted {
    /// Reads `p` and `all`; `None` for a page that no list has.
    pub fn read(query: &QueryString) -> Option<Self> {
        let page = match query.get(PAGE) {
            None => 1,
            Some(typed) => typed.parse().ok().filter(|page| (1..=1_000_000_000).contains(page))?,
        };
        Some(Self { page, all: query.get(ALL).is_some() })
    }
}

/// The pages of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paginator {
    /// The page that is shown, from 1.
    pub page: i64,
    /// How many rows there are.
    pub count: Count,
    /// Rows to read.
    pub limit: i64,
    /// Rows to pass over.
    pub offset: i64,
    is_all: bool,
}

/// One place in the row of page numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageLink {
    /// The page that is shown.
    Current(i64),
    /// Another page.
    Page(i64, String),
    /// Pages left out.
    Gap,
}

impl Paginator {
    /// The page `wanted` of `count` rows; `None` when the list ends before it.
    pub fn new(count: Count, wanted: Wanted) -> Option<Self> {
        let is_all = wanted.all && !count.is_capped && count.value <= MAX_SHOW_ALL;
        if is_all {
            return Some(Self { page: 1, count, limit: MAX_SHOW_ALL, offset: 0, is_all });
        }
        let is_known = wanted.page <= pages(count.value);
        (is_known || count.is_capped).then(|| Self {
            page: wanted.page,
            count,
            limit: PER_PAGE,
            offset: (wanted.page - 1) * PER_PAGE,
            is_all,
        })
    }

    /// Page numbers with links; none when there is one page only.
    pub fn links(&self, query: &QueryString) -> Vec<PageLink> {
        let last = pages(self.count.value);
        if self.is_all || (last == 1 && !self.count.is_capped) {
            return Vec::new();
        }
        let query = query.without(&[PAGE, ALL]);
        let link = |page| match page {
            _ if page == self.page => PageLink::Current(page),
            _ => PageLink::Page(page, query.with(PAGE, page.to_string()).link()),
        };
        let mut links: Vec<PageLink> = Vec::new();
        let mut before = 0;
        for page in elided(self.page, last.max(self.page)) {
            if page > before + 1 {
                links.push(PageLink::Gap);
            }
            links.push(link(page));
            before = page;
        }
        if self.count.is_capped {
            links.push(PageLink::Gap);
        }
        links
    }

    /// The page before, as a link, where numbers alone do not lead everywhere.
    pub fn previous(&self, query: &QueryString) -> Option<String> {
        (self.count.is_capped && self.page > 1).then(|| query.with(PAGE, (self.page - 1).to_string()).link())
    }

    /// The page after; likewise. `is_full` says whether this page has all the rows it can have.
    pub fn next(&self, query: &QueryString, is_full: bool) -> Option<String> {
        (self.count.is_capped && is_full).then(|| query.with(PAGE, (self.page + 1).to_string()).link())
    }

    /// "Show all", where there are several pages and few enough rows.
    pub fn show_all(&self, query: &QueryString) -> Option<String> {
        let few = !self.count.is_capped && (PER_PAGE + 1..=MAX_SHOW_ALL).contains(&self.count.value);
        (few && !self.is_all).then(|| query.without(&[PAGE]).with(ALL, "").link())
    }
}

/// Pages that `count` rows fill; an empty list has one.
fn pages(count: i64) -> i64 {
    ((count + PER_PAGE - 1) / PER_PAGE).max(1)
}

/// The page numbers worth offering: those near the present one and those at the ends.
fn elided(page: i64, last: i64) -> impl Iterator<Item = i64> {
    let is_near = move |other: i64| (other - page).abs() <= ON_EACH_SIDE;
    let near = (page - ON_EACH_SIDE).max(1)..=(page + ON_EACH_SIDE).min(last);
    let first = (1..=ON_ENDS.min(last)).filter(move |other| !is_near(*other));
    let end = ((last - ON_ENDS + 1).max(ON_ENDS + 1)..=last).filter(move |other| !is_near(*other));
    first.chain(near).chain(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(value: i64) -> Count {
        Count { value, is_capped: false }
    }

    fn page(count: Count, page: i64) -> Option<Paginator> {
        Paginator::new(count, Wanted { page, all: false })
    }

    fn shown(count: Count, number: i64) -> String {
        let links = page(count, number).unwrap().links(&QueryString::default());
        let words = links.iter().map(|link| match link {
            PageLink::Current(page) => format!("[{page}]"),
            PageLink::Page(page, _) => page.to_string(),
            PageLink::Gap => "…".to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn numbers_are_elided_far_from_the_page_and_from_the_ends() {
        assert_eq!(shown(count(100), 1), "");
        assert_eq!(shown(count(0), 1), "");
        assert_eq!(shown(count(101), 1), "[1] 2");
        assert_eq!(shown(count(500), 3), "1 2 [3] 4 5");
        assert_eq!(shown(count(2_000), 1), "[1] 2 3 4 … 19 20");
        assert_eq!(shown(count(2_000), 10), "1 2 … 7 8 9 [10] 11 12 13 … 19 20");
        assert_eq!(shown(count(2_000), 20), "1 2 … 17 18 19 [20]");
        assert_eq!(shown(Count { value: 10_000, is_capped: true }, 100), "1 2 … 97 98 99 [100] …");
    }

    #[test]
    fn a_page_past_the_end_is_none_unless_the_end_is_unknown() {
        assert!(page(count(100), 2).is_none());
        assert!(page(Count { value: 10_000, is_capped: true }, 500).is_some());
        let query = |raw| Wanted::read(&QueryString::parse(raw));
        for wrong in ["p=0", "p=-1", "p=x", "p=99999999999999999999", "p="] {
            assert_eq!(query(wrong), None, "{wrong}");
        }
        assert_eq!(query("p=2&all="), Some(Wanted { page: 2, all: true }));
    }

    #[test]
    fn all_rows_are_offered_on_one_page_up_to_two_hundred() {
        let offer = |value| page(count(value), 1).unwrap().show_all(&QueryString::parse("q=a&p=1"));
        assert_eq!(offer(100), None);
        assert_eq!(offer(101).as_deref(), Some("?q=a&all="));
        assert_eq!(offer(201), None);
        let all = |value| Paginator::new(count(value), Wanted { page: 1, all: true }).unwrap();
        assert_eq!((all(200).limit, all(200).offset), (200, 0));
        assert_eq!(all(201).limit, PER_PAGE);
    }
}
