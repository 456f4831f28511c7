//! A window of chromium, and what a person does in it: looks, clicks, types.
//!
//! Called by every test of the suite. Controls are found by what people see, their label or their words; what leads to
//! another page is pressed ([`Window::press`]) and waited for. Nothing sleeps: every wait is for a condition.

use std::cell::Cell;
use std::fmt::Debug;
use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::Client;
use fantoccini::actions::{ActionSequence, InputSource as _, KeyAction, KeyActions, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::driver::{Driver, Scripts};
use crate::hands::Hands;
use crate::support::app::PASSWORD;
use crate::world::{Who, World};

/// How long something may take until it is taken for never: machines that do much else are slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the browser may keep a command without an answer: longer than it gives a page or a script.
const SILENCE: Duration = Duration::from_secs(330);
/// What `WebDriver` calls the key of an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window.
pub(crate) struct Window {
    /// The site that it looks at.
    pub(crate) world: World,
    /// What is worked with: the mouse, until it says otherwise.
    pub(crate) hands: Cell<Hands>,
    /// Whether its pages have scripts.
    pub(crate) scripts: Scripts,
    who: Cell<Option<Who>>,
    client: Client,
    runtime: Runtime,
    // Dropped last: it ends the browser.
    _driver: Driver,
}

impl Window {
    /// A window of a new browser, at a site; `None` where chromium or its driver is missing.
    pub(crate) fn open(scripts: Scripts, world: World) -> Option<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let driver = Driver::start()?;
        let opened = runtime.block_on(async { tokio::time::timeout(SILENCE, driver.open(scripts)).await });
        let client = opened.expect("chromium starts")?;
        let window = Self { world, hands: Cell::new(Hands::Mouse), scripts, who: Cell::new(None), client, runtime, _driver: driver };
        let listener = "window.violations = []; addEventListener('securitypolicyviolation', (event) => \
            window.violations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`));";
        window.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": listener }));
        window.devtools("Network.enable", &json!({}));
        window.resize(1280, "light");
        Some(window)
    }

    /// Is at another site from now on, where nobody has signed in.
    pub(crate) fn move_to(&mut self, world: World) {
        self.world = world;
        self.forget();
        self.be(Who::Nobody);
    }

    /// Runs something else that has to be waited for.
    pub(crate) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// What the browser answers.
    ///
    /// # Panics
    /// When it refuses, or does not answer at all.
    #[track_caller]
    pub(crate) fn ask<T, E: Debug>(&self, future: impl Future<Output = Result<T, E>>) -> T {
        self.try_to_ask(future).unwrap_or_else(|error| panic!("the browser refuses: {error:?}"))
    }

    #[track_caller]
    fn try_to_ask<T, E>(&self, future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let answer = self.runtime.block_on(async { tokio::time::timeout(SILENCE, future).await });
        answer.unwrap_or_else(|_| panic!("the browser has not answered for {SILENCE:?}"))
    }

    /// Is used by this person from now on, who signs in through the page if they have not done so already.
    #[track_caller]
    pub(crate) fn be(&self, who: Who) {
        if self.who.replace(Some(who)) == Some(who) {
            return;
        }
        self.devtools("Network.clearBrowserCookies", &json!({}));
        if let Some(username) = who.username() {
            self.go("/admin/login/");
            self.fill("Username", username);
            self.fill("Password", PASSWORD);
            self.press("Log in");
            self.see("#user-tools", username);
        }
    }

    /// Knows no longer who is signed in: whoever comes next signs in again.
    pub(crate) fn forget(&self) {
        self.who.set(None);
    }

    /// Goes to a path of the site, in which [`World::path`] puts the names of what is there.
    #[track_caller]
    pub(crate) fn go(&self, path: &str) {
        self.go_to(&self.world.app.url(&self.world.path(path)));
    }

    /// Goes to a whole address, of another site perhaps.
    #[track_caller]
    pub(crate) fn go_to(&self, url: &str) {
        self.ask(self.client.goto(url));
    }

    /// The path and query of the page.
    pub(crate) fn path(&self) -> String {
        let url = self.ask(self.client.current_url());
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// What a script says that is run in the page, also where the page's own scripts are off.
    #[track_caller]
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask(self.client.execute(script, arguments.to_vec()))
    }

    /// What a script says in the end, whose last argument it calls with that.
    #[track_caller]
    pub(crate) fn script_until_done(&self, script: &str, arguments: &[Value]) -> Value {
        self.ask(self.client.execute_async(script, arguments.to_vec()))
    }

    /// A command of the browser's own protocol.
    #[track_caller]
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.ask(self.client.issue_cmd(Extension { path: "goog/cdp/execute", body: json!({ "cmd": command, "params": parameters }) }))
    }

    /// What the browser's console said since it was last asked: level, where it comes from, text.
    pub(crate) fn console(&self) -> Vec<(String, String, String)> {
        let entries = self.ask(self.client.issue_cmd(Extension { path: "se/log", body: json!({ "type": "browser" }) }));
        let word = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| (word(entry, "level"), word(entry, "source"), word(entry, "message"))).collect()
    }

    /// The page as the server sent it.
    pub(crate) fn html(&self) -> String {
        let tree = self.devtools("Page.getFrameTree", &json!({}));
        // A document is known to the network by the key of what loaded it.
        let content = self.devtools("Network.getResponseBody", &json!({ "requestId": tree["frameTree"]["frame"]["loaderId"] }));
        content["body"].as_str().expect("the page is text").to_owned()
    }

    /// Makes the window as wide as told and the system light or dark.
    pub(crate) fn resize(&self, width: u32, scheme: &str) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }));
    }
}

/// Looking.
impl Window {
    /// The text of every element that is shown and meets the selector, with single blanks.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()) \
            .map((e) => (e.innerText || e.textContent).trim().replace(/\\s+/g, ' '));";
        let texts = self.script(script, &[selector.into()]);
        texts.as_array().expect("a list").iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until something that meets the selector is shown and has these words in it.
    #[track_caller]
    pub(crate) fn see(&self, selector: &str, words: &str) {
        // Style sheets may show words in capitals.
        let is_seen = || self.texts(selector).iter().any(|text| text.to_lowercase().contains(&words.to_lowercase()));
        self.until(is_seen, || format!("“{words}” in {selector}, but {:?} and {:?}", self.texts(selector), self.texts("main")));
    }

    /// Waits until nothing that meets the selector is shown.
    #[track_caller]
    pub(crate) fn see_no(&self, selector: &str) {
        self.until(|| self.texts(selector).is_empty(), || format!("no {selector}, but {:?}", self.texts(selector)));
    }

    /// How many elements meet the selector and are shown.
    pub(crate) fn count(&self, selector: &str) -> usize {
        self.texts(selector).len()
    }

    /// Waits until a condition holds.
    ///
    /// # Panics
    /// When it never does, with what was waited for.
    #[track_caller]
    pub(crate) fn until(&self, mut holds: impl FnMut() -> bool, what: impl Fn() -> String) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < PATIENCE, "{} never showed {}", self.path(), what());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of the control with this label.
    #[track_caller]
    pub(crate) fn value(&self, label: &str) -> String {
        let control = self.labelled(label);
        self.script("return arguments[0].value", &[reference(&control)]).as_str().expect("a value").to_owned()
    }

    /// The value of the first control that meets the selector.
    #[track_caller]
    pub(crate) fn value_at(&self, selector: &str) -> String {
        let control = self.element("return document.querySelector(arguments[0])", selector);
        self.script("return arguments[0].value", &[reference(&control)]).as_str().expect("a value").to_owned()
    }

    /// Whether the box with this label is ticked.
    #[track_caller]
    pub(crate) fn is_ticked(&self, label: &str) -> bool {
        let control = self.labelled(label);
        self.script("return arguments[0].checked", &[reference(&control)]) == true
    }
}

/// Doing.
impl Window {
    /// Types into the control with this label, in the place of what was there.
    #[track_caller]
    pub(crate) fn fill(&self, label: &str, text: &str) {
        self.type_over(&self.labelled(label), text);
    }

    /// Puts a value into a control at once, for texts too long to type.
    #[track_caller]
    pub(crate) fn set_value(&self, selector: &str, value: &str) {
        let control = self.element("return document.querySelector(arguments[0])", selector);
        if self.hands.get() == Hands::Keyboard {
            self.reach(&control);
        }
        let script =
            "const [control, value] = arguments; control.value = value; control.dispatchEvent(new Event('input', { bubbles: true }));";
        self.script(script, &[reference(&control), value.into()]);
    }

    /// Chooses a file in the control with this label, as its dialog would.
    #[track_caller]
    pub(crate) fn attach(&self, label: &str, file: &Path) {
        let control = self.labelled(label);
        if self.hands.get() == Hands::Keyboard {
            self.reach(&control);
        }
        self.ask(control.send_keys(file.to_str().expect("a path of plain letters")));
    }

    /// Chooses an option of the select with this label.
    #[track_caller]
    pub(crate) fn choose(&self, label: &str, option: &str) {
        self.choose_in(&self.labelled(label), option);
    }

    /// Chooses an option of the select that meets the selector.
    #[track_caller]
    pub(crate) fn choose_at(&self, selector: &str, option: &str) {
        self.choose_in(&self.element("return document.querySelector(arguments[0])", selector), option);
    }

    /// Types into the control that meets the selector, in the place of what was there.
    #[track_caller]
    pub(crate) fn fill_at(&self, selector: &str, text: &str) {
        self.type_over(&self.element("return document.querySelector(arguments[0])", selector), text);
    }

    /// Does what brings a part of the page anew, with its page or without, and waits for that.
    #[track_caller]
    pub(crate) fn renew(&self, part: &str, act: impl FnOnce()) {
        self.script("document.querySelector(arguments[0]).dataset.old = 'yes'", &[part.into()]);
        act();
        let script = "const part = document.querySelector(arguments[0]); \
            return document.readyState === 'complete' && part !== null && !part.dataset.old && !part.inert;";
        // Between two pages there is nobody to ask.
        let is_new = || self.try_to_ask(self.client.execute(script, vec![part.into()])).is_ok_and(|answer| answer == Value::Bool(true));
        self.until(is_new, || format!("{part} anew"));
    }

    /// Clicks on the first element that meets the selector and is shown; the page stays.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        let script = "return [...document.querySelectorAll(arguments[0])].find((e) => e.checkVisibility({ visibilityProperty: true }));";
        self.activate(&self.element(script, selector));
    }

    /// Ticks the box with this label, or unticks it.
    #[track_caller]
    pub(crate) fn tick(&self, label: &str) {
        self.activate(&self.labelled(label));
    }

    /// Clicks on the link or button that says this; the page stays.
    #[track_caller]
    pub(crate) fn click_on(&self, words: &str) {
        self.activate(&self.saying(words));
    }

    /// Opens a folded section, if it is not open yet.
    #[track_caller]
    pub(crate) fn open_section(&self, title: &str) {
        let is_open = "return [...document.querySelectorAll('details')].find((e) => e.querySelector('summary').textContent.trim() === arguments[0]).open";
        if self.script(is_open, &[title.into()]) == false {
            self.click_on(title);
        }
    }

    /// Presses the link or button that says this, and waits for the page that it leads to.
    #[track_caller]
    pub(crate) fn press(&self, words: &str) {
        let element = self.saying(words);
        self.leave(|| self.activate(&element));
    }

    /// Does what leads to another page, and waits for that.
    #[track_caller]
    pub(crate) fn leave(&self, act: impl FnOnce()) {
        self.script("document.documentElement.dataset.left = 'yes'", &[]);
        act();
        let is_new = || {
            let asked = self.client.execute("return document.readyState === 'complete' && !document.documentElement.dataset.left", vec![]);
            // Between two pages there is nobody to ask.
            self.try_to_ask(asked).is_ok_and(|answer| answer == Value::Bool(true))
        };
        self.until(is_new, || "another page".to_owned());
    }

    /// The link or button that says exactly this; one of the page's contents before one of its frame. What it is folded in is
    /// unfolded first; so is, for the driver's sake, what the style sheet shows though it is folded.
    #[track_caller]
    fn saying(&self, words: &str) -> Element {
        let script = "const said = (e) => e.textContent.trim().replace(/\\s+/g, ' '); \
            const all = [...document.querySelectorAll('main :is(a, button, summary)'), ...document.querySelectorAll('a, button, summary')]; \
            const meant = all.filter((e) => said(e) === arguments[0] && !e.ariaHidden); \
            const shown = meant.find((e) => e.checkVisibility({ visibilityProperty: true })); \
            const within = (e) => e?.tagName === 'SUMMARY' ? e.parentElement.parentElement : e; \
            const fold = within(shown ?? meant[0])?.closest('details:not([open])'); \
            if (shown) fold?.setAttribute('open', ''); else fold?.querySelector('summary').click(); \
            return shown;";
        self.element(script, words)
    }

    /// The control that the label with these words is for.
    #[track_caller]
    fn labelled(&self, label: &str) -> Element {
        let script = "const said = (e) => e.textContent.trim().replace(/\\s+/g, ' ').replace(/:$/, ''); \
            const all = [...document.querySelectorAll('label')].filter((e) => e.checkVisibility()); \
            return (all.find((e) => said(e) === arguments[0]) ?? all.find((e) => said(e).startsWith(arguments[0])))?.control;";
        self.element(script, label)
    }

    /// The element that a script gives; waited for.
    #[track_caller]
    fn element(&self, script: &str, argument: &str) -> Element {
        let mut found = None;
        let is_there = || {
            let answer = self.try_to_ask(self.client.execute(script, vec![argument.into()]));
            found = answer.ok().and_then(|answer| Some(answer[ELEMENT].as_str()?.to_owned()));
            found.is_some()
        };
        self.until(is_there, || format!("“{argument}”, but {:?}", self.texts("body")));
        self.element_of(found.expect("it was found"))
    }

    fn element_of(&self, id: String) -> Element {
        Element::from_element_id(self.client.clone(), ElementRef::from(id))
    }

    /// The element that a script has answered with.
    pub(crate) fn referred(&self, answer: &Value) -> Element {
        self.element_of(answer[ELEMENT].as_str().expect("an element").to_owned())
    }

    /// Types on the keyboard, wherever the focus is.
    #[track_caller]
    pub(crate) fn keys(&self, text: &str) {
        self.act(text.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]));
    }

    /// Presses a key that is no letter.
    #[track_caller]
    pub(crate) fn key(&self, key: Key) {
        self.keys(&key.to_string());
    }

    /// Goes back by one with Shift and Tab.
    #[track_caller]
    pub(crate) fn shift_tab(&self) {
        let (shift, value) = (char::from(Key::Shift), char::from(Key::Tab));
        self.act([KeyAction::Down { value: shift }, KeyAction::Down { value }, KeyAction::Up { value }, KeyAction::Up { value: shift }]);
    }

    /// Clicks on an element while Shift is held.
    #[track_caller]
    pub(crate) fn shift_click(&self, selector: &str) {
        let shift = char::from(Key::Shift);
        self.act([KeyAction::Down { value: shift }]);
        self.click(selector);
        self.act([KeyAction::Up { value: shift }]);
    }

    /// Clicks twice on the button that says this, as people do who are used to it, and waits for the page that it leads to.
    #[track_caller]
    pub(crate) fn double_press(&self, words: &str) {
        let element = self.saying(words);
        if self.hands.get() == Hands::Keyboard {
            self.reach(&element);
            return self.leave(|| self.keys(&Key::Enter.to_string().repeat(2)));
        }
        self.leave(|| self.click_twice(element));
    }

    /// Clicks twice on the element that meets the selector.
    #[track_caller]
    pub(crate) fn double_click(&self, selector: &str) {
        self.click_twice(self.element("return document.querySelector(arguments[0])", selector));
    }

    #[track_caller]
    fn click_twice(&self, element: Element) {
        self.script("arguments[0].scrollIntoView({ block: 'center' })", &[reference(&element)]);
        let to = PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
        let (down, up) = (PointerAction::Down { button: MOUSE_BUTTON_LEFT }, PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        let twice = [to, down.clone(), up.clone(), down, up];
        self.perform(twice.into_iter().fold(MouseActions::new("mouse".into()), MouseActions::then));
    }

    /// Comes to the element that meets the selector with Tab.
    #[track_caller]
    pub(crate) fn reach_at(&self, selector: &str) {
        self.reach(&self.element("return document.querySelector(arguments[0])", selector));
    }

    /// The text of the file that a link leads to, fetched as the browser would; the page stays.
    #[track_caller]
    pub(crate) fn download(&self, words: &str) -> String {
        let link = self.saying(words);
        let script = "const [link, done] = arguments; \
             const sent = () => `${link.form.action}?${new URLSearchParams(new FormData(link.form, link))}`; \
             fetch(link.href ?? sent()).then((answer) => answer.text()).then(done, (error) => done(String(error)));";
        self.script_until_done(script, &[reference(&link)]).as_str().expect("text").to_owned()
    }

    /// Presses keys and lets go of them.
    #[track_caller]
    pub(crate) fn act(&self, presses: impl IntoIterator<Item = KeyAction>) {
        let keyboard = presses.into_iter().fold(KeyActions::new("keyboard".into()), KeyActions::then);
        self.perform(keyboard);
    }

    #[track_caller]
    fn perform(&self, actions: impl Into<ActionSequence>) {
        self.ask(self.client.perform_actions(actions.into()));
    }
}

/// An element, as scripts are handed one.
pub(crate) fn reference(element: &Element) -> Value {
    json!({ ELEMENT: element.element_id().as_ref() })
}

/// A command of chromedriver's own.
#[derive(Debug)]
struct Extension {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
