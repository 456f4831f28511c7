//! Every page in the table, looked at in every way: by people who cannot see well, on narrow windows, by the browser, by a
//! validator, with the keyboard.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use customer_segments::db::dialect::Engine;
use fantoccini::key::Key;
use serde_json::Value;
use tempfile::TempDir;

use crate::driver::Scripts;
use crate::pages::{PAGES, Page};
use crate::support::postgres;
use crate::tools;
use crate::window::Window;
use crate::world::World;

/// Opens every page of `world` and gathers what `look` has against it.
fn walk(world: World, scripts: Scripts, look: impl Fn(&Window, &Page) -> Vec<String>) {
    let Some(window) = Window::open(scripts, world) else { return };
    let mut found = Vec::new();
    for page in PAGES {
        // One page that does not open hides nothing of the others.
        let problems = catch_unwind(AssertUnwindSafe(|| {
            window.resize(WIDTHS[0], "light");
            page.visit(&window);
            look(&window, page)
        }));
        let problems = problems.unwrap_or_else(|_| vec!["it did not open, for the reason above".to_owned()]);
        found.extend(problems.into_iter().map(|problem| format!("{}: {problem}", page.name)));
    }
    assert!(found.is_empty(), "{} problems:\n{}", found.len(), found.join("\n"));
}

/// Widths of a desk and of a telephone.
const WIDTHS: [u32; 2] = [1280, 390];

/// What axe has against the page that hinders people, once colours have ceased to change.
const AXE: &str = "const [source, done] = arguments; \
    if (!window.axe) (0, eval)(source); \
    Promise.allSettled(document.getAnimations().map((moving) => moving.finished)).then(() => axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })).then(({ violations }) => done( \
        violations.filter((found) => ['serious', 'critical'].includes(found.impact)).flatMap((found) => found.nodes.map((node) => \
        `${found.id} (${found.impact}) at ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))), (error) => done([String(error)]));";

fn nothing_hinders(scheme: &'static str) {
    let Some(axe) = tools::axe() else { return };
    walk(World::new(), Scripts::On, |window, _| {
        let at_width = |width: u32| {
            window.resize(width, scheme);
            lines(&window.script_until_done(AXE, &[axe.as_str().into()])).into_iter().map(move |line| format!("{width} px: {line}"))
        };
        WIDTHS.into_iter().flat_map(at_width).collect()
    });
}

/// A list of texts that a script gave.
pub(crate) fn lines(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|line| line.as_str().expect("a line").to_owned()).collect()
}

#[test]
fn no_light_page_hinders_people_on_wide_or_narrow_windows() {
    nothing_hinders("light");
}

#[test]
fn no_dark_page_hinders_people_on_wide_or_narrow_windows() {
    nothing_hinders("dark");
}

/// What sticks out of the page, or of a part of it that would have to be scrolled.
const WIDE: &str = "const page = document.scrollingElement; \
    const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map((c) => '.' + c).join(''); \
    const out = page.scrollWidth > page.clientWidth ? [...document.body.querySelectorAll('*')].filter((e) => \
        e.getBoundingClientRect().right > page.clientWidth + 1 && getComputedStyle(e).position !== 'absolute').slice(0, 3).map(name) : []; \
    const scrolling = [...document.body.querySelectorAll('*:not(pre, textarea, input)')].filter((e) => \
        e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)).map((e) => name(e) + ' scrolls'); \
    return [...(page.scrollWidth > page.clientWidth ? [`${page.scrollWidth} px wide: ${out.join(', ')}`] : []), ...scrolling];";

#[test]
fn no_page_has_to_be_scrolled_sideways() {
    walk(World::new(), Scripts::On, |window, _| {
        let at_width = |width: u32| {
            window.resize(width, "light");
            lines(&window.script(WIDE, &[])).into_iter().map(move |line| format!("at {width} px {line}"))
        };
        [320].into_iter().chain(WIDTHS).flat_map(at_width).collect()
    });
}

/// What the browser complains of: errors on its console, and what the Content-Security-Policy forbids.
pub(crate) fn complaints(window: &Window, is_failure: bool) -> Vec<String> {
    let console = window.console().into_iter().filter(|(level, source, message)| {
        let is_its_own_status = is_failure && source == "network" && message.contains(&window.path());
        level == "SEVERE" && !is_its_own_status || message.contains("Content Security Policy")
    });
    let violations = lines(&window.script("return window.violations ?? []", &[]));
    console.map(|(_, _, message)| message).chain(violations).collect()
}

#[test]
fn no_page_makes_the_browser_complain() {
    walk(World::new(), Scripts::On, |window, page| complaints(window, page.is_failure));
}

#[test]
fn no_page_makes_the_browser_complain_on_postgresql() {
    if postgres::cluster().is_some() {
        walk(World::on(Engine::Postgres), Scripts::On, |window, page| complaints(window, page.is_failure));
    }
}

#[test]
fn every_page_is_valid_html() {
    let pages = TempDir::with_prefix("segments-pages-").expect("a directory");
    walk(World::new(), Scripts::On, |window, page| {
        fs::write(pages.path().join(format!("{}.html", page.name)), window.html()).expect("a file");
        Vec::new()
    });
    if fs::read_dir(pages.path()).expect("the pages").next().is_none() {
        return;
    }
    let wrong = tools::invalid_html(pages.path()).unwrap_or_default();
    assert!(wrong.is_empty(), "{} errors:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether the focus is drawn: an outline or a shadow that is not there without it.
const UNSEEN_FOCUS: &str = "const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')]; \
    const look = (e) => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor].join(); }; \
    const unseen = []; \
    for (const e of all.filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))) { \
        document.activeElement.blur(); const before = look(e); e.focus(); \
        const { outlineStyle, outlineWidth } = getComputedStyle(e); \
        const isDrawn = (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || before !== look(e); \
        if (document.activeElement !== e || !isDrawn || e.tabIndex > 0) unseen.push(e.outerHTML.slice(0, 120)); \
    } \
    return unseen;";

#[test]
fn every_page_shows_where_the_focus_is() {
    walk(World::new(), Scripts::On, |window, _| {
        // From the first key on, browsers draw the focus.
        window.key(Key::Tab);
        lines(&window.script(UNSEEN_FOCUS, &[])).into_iter().map(|element| format!("no focus is seen at {element}")).collect()
    });
}

/// Where the skip link is among what takes the focus, and whether it is seen once it has it.
const SKIP_LINK: &str = "const link = document.querySelector('.skip-to-content-link'); \
    const first = document.querySelector('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]'); \
    link?.focus(); const box = link?.getBoundingClientRect(); \
    return [...(link && link === first ? [] : ['the skip link is not first']), \
        ...(box && box.top >= 0 && box.left >= 0 && box.height > 10 ? [] : ['the skip link is not seen when it has the focus'])];";

#[test]
fn every_page_lets_keyboards_skip_to_its_contents() {
    walk(World::new(), Scripts::On, |window, _| {
        let mut problems = lines(&window.script(SKIP_LINK, &[]));
        window.key(Key::Enter);
        let place = window.script("return document.activeElement.id || document.activeElement.outerHTML.slice(0, 80)", &[]);
        if place != "content-start" {
            problems.push(format!("the skip link leads to {place}"));
        }
        problems
    });
}
