//! Every page in the table, looked at in every way, with the scripts of the pages and without: by people who cannot see well,
//! on narrow windows, by the browser, by a validator, with the keyboard.
//!
//! Opening a page costs more than looking at it, so that one walk takes several looks.

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

/// Widths of a desk and of a telephone.
const WIDTHS: [u32; 2] = [1280, 390];

/// Opens every page of `world` and gathers what `look` has against it.
fn walk(world: World, scripts: Scripts, look: impl Fn(&Window, &Page) -> Vec<String>) -> Vec<String> {
    let Some(window) = Window::open(scripts, world) else { return Vec::new() };
    let mut found = Vec::new();
    for page in PAGES.iter().filter(|page| page.is_there(scripts)) {
        // One page that does not open hides nothing of the others.
        let problems = catch_unwind(AssertUnwindSafe(|| {
            window.resize(WIDTHS[0], "light");
            page.visit(&window);
            look(&window, page)
        }));
        let problems = problems.unwrap_or_else(|_| vec!["it did not open, for the reason above".to_owned()]);
        found.extend(problems.into_iter().map(|problem| format!("{}: {problem}", page.name)));
    }
    found
}

#[track_caller]
fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{} problems:\n{}", found.len(), found.join("\n"));
}

/// A list of texts that a script gave.
pub(crate) fn lines(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|line| line.as_str().expect("a line").to_owned()).collect()
}

/// Lets axe into the page, unless it is there. Where scripts are off no clock ticks for it, so that it puts nothing off.
const LET_IN: &str = "const [source, hasClock] = arguments; \
    if (!hasClock) window.setTimeout = (act) => { Promise.resolve().then(act); return 0; }; \
    (0, eval)(source);";

/// What axe has against the page that hinders people, as it is once colours have ceased to change. Of a dark page only the
/// colours are looked at: the rest is the same.
const AXE: &str = "const [isDark, done] = arguments; \
    for (const moving of document.getAnimations()) moving.finish(); \
    const how = { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } }, preload: false }; \
    if (isDark) how.runOnly = ['color-contrast', 'link-in-text-block']; \
    axe.run(document, how).then(({ violations }) => done( \
        violations.filter((found) => ['serious', 'critical'].includes(found.impact)).flatMap((found) => found.nodes.map((node) => \
        `${found.id} (${found.impact}) at ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')}`))), (error) => done([String(error)]));";

fn nothing_hinders(scripts: Scripts) {
    let Some(axe) = tools::axe() else { return };
    let look = |window: &Window, _: &Page| {
        let at = |(width, scheme): (u32, &'static str)| {
            window.resize(width, scheme);
            let found = window.script_until_done(AXE, &[(scheme == "dark").into()]);
            lines(&found).into_iter().map(move |line| format!("{scheme}, {width} px: {line}"))
        };
        window.script(LET_IN, &[axe.as_str().into(), (scripts == Scripts::On).into()]);
        WIDTHS.into_iter().flat_map(|width| [(width, "light"), (width, "dark")]).flat_map(at).collect()
    };
    nothing(&walk(World::new(), scripts, look));
}

#[test]
fn no_page_hinders_people_light_or_dark_on_wide_or_narrow_windows() {
    nothing_hinders(Scripts::On);
}

#[test]
fn no_page_without_scripts_hinders_people_light_or_dark_on_wide_or_narrow_windows() {
    nothing_hinders(Scripts::Off);
}

/// What sticks out of the page, or of a part of it that would have to be scrolled.
const WIDE: &str = "const page = document.scrollingElement; \
    const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map((c) => '.' + c).join(''); \
    const out = page.scrollWidth > page.clientWidth ? [...document.body.querySelectorAll('*')].filter((e) => \
        e.getBoundingClientRect().right > page.clientWidth + 1 && getComputedStyle(e).position !== 'absolute').slice(0, 3).map(name) : []; \
    const scrolling = [...document.body.querySelectorAll('*:not(pre, textarea, input)')].filter((e) => \
        e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX)).map((e) => name(e) + ' scrolls'); \
    return [...(page.scrollWidth > page.clientWidth ? [`${page.scrollWidth} px wide: ${out.join(', ')}`] : []), ...scrolling];";

/// What has to be scrolled sideways.
fn wide(window: &Window, _: &Page) -> Vec<String> {
    let at_width = |width: u32| {
        window.resize(width, "light");
        lines(&window.script(WIDE, &[])).into_iter().map(move |line| format!("at {width} px {line}"))
    };
    [320].into_iter().chain(WIDTHS).flat_map(at_width).collect()
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

/// Where the focus is not seen.
fn unseen_focus(window: &Window, _: &Page) -> Vec<String> {
    window.resize(WIDTHS[0], "light");
    // From the first key on, browsers draw the focus.
    window.key(Key::Tab);
    lines(&window.script(UNSEEN_FOCUS, &[])).into_iter().map(|element| format!("no focus is seen at {element}")).collect()
}

/// Where the skip link is among what takes the focus, and whether it is seen once it has it.
const SKIP_LINK: &str = "const link = document.querySelector('.skip-to-content-link'); \
    const first = document.querySelector('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]'); \
    link?.focus(); const box = link?.getBoundingClientRect(); \
    return [...(link && link === first ? [] : ['the skip link is not first']), \
        ...(box && box.top >= 0 && box.left >= 0 && box.height > 10 ? [] : ['the skip link is not seen when it has the focus'])];";

/// Why keyboards cannot skip to the contents.
fn no_way_past_the_frame(window: &Window, _: &Page) -> Vec<String> {
    let mut problems = lines(&window.script(SKIP_LINK, &[]));
    window.key(Key::Enter);
    let place = window.script("return document.activeElement.id || document.activeElement.outerHTML.slice(0, 80)", &[]);
    if place != "content-start" {
        problems.push(format!("the skip link leads to {place}"));
    }
    problems
}

/// The browser, the keyboard and the validator find nothing wrong.
fn everything_is_in_order(scripts: Scripts) {
    let pages = TempDir::with_prefix("segments-pages-").expect("a directory");
    let mut found = walk(World::new(), scripts, |window, page| {
        fs::write(pages.path().join(format!("{}.html", page.name)), window.html()).expect("a file");
        // What the browser complains of comes first: whatever it says later is of our doing.
        [complaints(window, page.is_failure), wide(window, page), unseen_focus(window, page), no_way_past_the_frame(window, page)].concat()
    });
    // Without a browser there is nothing to read.
    if fs::read_dir(pages.path()).expect("the pages").next().is_some() {
        found.extend(tools::invalid_html(pages.path()).unwrap_or_default());
    }
    nothing(&found);
}

#[test]
fn every_page_is_quiet_and_valid_and_never_too_wide_and_goes_by_keyboard() {
    everything_is_in_order(Scripts::On);
}

#[test]
fn every_page_without_scripts_is_quiet_and_valid_and_never_too_wide_and_goes_by_keyboard() {
    everything_is_in_order(Scripts::Off);
}

#[test]
fn no_page_makes_the_browser_complain_on_postgresql() {
    if postgres::cluster().is_some() {
        nothing(&walk(World::on(Engine::Postgres), Scripts::On, |window, page| complaints(window, page.is_failure)));
    }
}
