//! How a person works the controls of a page: with a mouse, or by the keyboard alone.
//!
//! Called by `window.rs` for whatever is pressed, ticked, typed into or chosen. By keyboard nothing is touched that Tab does
//! not come to, and what has the focus must show it.

use fantoccini::actions::KeyAction;
use fantoccini::elements::Element;
use fantoccini::key::Key;

use crate::window::{Window, reference};

/// What a person works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hands {
    Mouse,
    Keyboard,
}

/// How many stops of Tab an element is away from the focus, back if below nothing; `null` if Tab does not stop at it. What has
/// the focus need not be a stop itself; where Tab has gone past the page, it leads into it again. Of radio buttons it stops at
/// the one that is chosen.
const STEPS: &str = "const [target] = arguments, active = document.activeElement; \
    const tabbable = 'a[href], button, input, select, textarea, summary, [tabindex]'; \
    const isPassed = (e) => e.type === 'radio' && !e.checked && \
        [...document.querySelectorAll('[type=radio]')].some((other) => other.form === e.form && other.name === e.name && other.checked); \
    const stops = [...document.querySelectorAll(tabbable)].filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && \
        !isPassed(e) && !e.closest('[inert]') && e.checkVisibility({ visibilityProperty: true })); \
    if (!stops.includes(target)) return null; \
    if (!document.hasFocus()) return 1; \
    const precedes = (e) => e.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING; \
    const at = stops.indexOf(active); \
    const from = at >= 0 || active === document.body ? at : stops.filter(precedes).length - 1; \
    return stops.indexOf(target) - from;";
/// Whether an element that has the focus, or what is drawn for it, has a ring around it.
const HAS_RING: &str = "const style = getComputedStyle(arguments[0]); \
    return arguments[0].matches(':focus-visible') && (style.outlineStyle !== 'none' || style.boxShadow !== 'none');";
/// What an element is to whoever presses it.
const KIND: &str = "const [e] = arguments; return e.role || (e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase());";

impl Window {
    /// Clicks on an element, or does with the keyboard what comes to the same.
    #[track_caller]
    pub(crate) fn activate(&self, element: &Element) {
        if self.hands.get() == Hands::Mouse {
            return self.ask(element.clone().click());
        }
        let kind = self.script(KIND, &[reference(element)]);
        match kind.as_str() {
            Some("option") => return self.pick(element),
            Some("radio") => return self.turn_to(element),
            _ => self.reach(element),
        }
        match kind.as_str() {
            Some("text" | "search") => {}
            Some("checkbox") => self.key(Key::Space),
            _ => self.key(Key::Enter),
        }
    }

    /// Chooses one of several radio buttons with the arrow keys, from the one that is chosen.
    #[track_caller]
    fn turn_to(&self, radio: &Element) {
        let script = "const [radio] = arguments, all = [...document.querySelectorAll('[type=radio]')].filter((e) => \
                e.form === radio.form && e.name === radio.name && !e.disabled); \
            const chosen = all.find((e) => e.checked) ?? radio; \
            return [chosen, all.indexOf(radio) - all.indexOf(chosen)];";
        let found = self.script(script, &[reference(radio)]);
        self.reach(&self.referred(&found[0]));
        let steps = found[1].as_i64().expect("a number");
        let key = if steps < 0 { Key::Up } else { Key::Down };
        (0..steps.abs()).for_each(|_| self.key(key));
        assert_eq!(self.script("return arguments[0].checked", &[reference(radio)]), true, "chosen with the arrow keys");
    }

    /// Types into a control, in the place of what was there.
    #[track_caller]
    pub(crate) fn type_over(&self, control: &Element, text: &str) {
        if self.hands.get() == Hands::Mouse {
            self.ask(control.clone().clear());
            if !text.is_empty() {
                self.ask(control.clone().send_keys(text));
            }
            return;
        }
        self.reach(control);
        let (held, all) = (char::from(Key::Control), 'a');
        self.act([
            KeyAction::Down { value: held },
            KeyAction::Down { value: all },
            KeyAction::Up { value: all },
            KeyAction::Up { value: held },
        ]);
        self.key(Key::Delete);
        self.keys(text);
    }

    /// Chooses an option of a select by its words.
    #[track_caller]
    pub(crate) fn choose_in(&self, select: &Element, option: &str) {
        if self.hands.get() == Hands::Mouse {
            // The driver makes but the second of the two events that a choice is.
            let script = "const [select] = arguments; \
                select.addEventListener('change', () => select.dispatchEvent(new Event('input', { bubbles: true })), { once: true });";
            self.script(script, &[reference(select)]);
            return self.ask(select.clone().select_by_label(option));
        }
        self.reach(select);
        let script = "const [select, words] = arguments, options = [...select.options].filter((e) => !e.disabled); \
            const said = (e) => e.textContent.trim().replace(/\\s+/g, ' '); \
            return options.findIndex((e) => said(e) === words) - options.indexOf(select.selectedOptions[0]);";
        let steps = self.script(script, &[reference(select), option.into()]).as_i64().expect("a number");
        let key = if steps < 0 { Key::Up } else { Key::Down };
        (0..steps.abs()).for_each(|_| self.key(key));
        let chosen = self.script("return arguments[0].selectedOptions[0].textContent.trim().replace(/\\s+/g, ' ')", &[reference(select)]);
        assert_eq!(chosen, option, "chosen with the arrow keys");
    }

    /// Comes to an element with Tab, or back to it with Shift and Tab.
    ///
    /// # Panics
    /// When Tab does not stop at it, or nobody could see that it has.
    #[track_caller]
    pub(crate) fn reach(&self, element: &Element) {
        let what = || self.script("return arguments[0].outerHTML", &[reference(element)]);
        for _ in 0..9 {
            match self.script(STEPS, &[reference(element)]).as_i64() {
                Some(0) => {
                    // Where a page begins at a field, the ring is drawn a moment after it has the focus.
                    return self.until(|| self.script(HAS_RING, &[reference(element)]) == true, || format!("a ring around {}", what()));
                }
                Some(steps) => self.tab(steps),
                None => panic!("Tab does not stop at {}", what()),
            }
        }
        panic!("Tab never came to {}", what());
    }

    /// So many stops on with Tab, or back.
    fn tab(&self, steps: i64) {
        let (shift, value) = (char::from(Key::Shift), char::from(Key::Tab));
        let presses = (0..steps.abs()).flat_map(|_| [KeyAction::Down { value }, KeyAction::Up { value }]);
        if steps > 0 {
            return self.act(presses);
        }
        let held = std::iter::once(KeyAction::Down { value: shift }).chain(presses);
        self.act(held.chain([KeyAction::Up { value: shift }]));
    }

    /// Goes to an option of the list that is open with the arrow keys, and takes it.
    #[track_caller]
    fn pick(&self, option: &Element) {
        let is_marked = || self.script("return arguments[0].ariaSelected === 'true'", &[reference(option)]) == true;
        (0..99).take_while(|_| !is_marked()).for_each(|_| self.key(Key::Down));
        assert!(is_marked(), "the arrow keys come to the option");
        self.key(Key::Enter);
    }
}
