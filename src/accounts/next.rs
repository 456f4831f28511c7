//! Where to go after signing in: only ever back into this site.
//!
//! The rules of Django's `url_has_allowed_host_and_scheme`, narrowed to paths: an address with a scheme or a host is refused
//! even if it names this site, because none of our pages makes one. Used by `login`.

/// The longest address that is looked at (Django's `MAX_URL_LENGTH`).
const LONGEST: usize = 2048;

/// Whether a redirect to `url` stays on this site.
pub fn is_safe(url: &str) -> bool {
    // Browsers read a backslash as a slash, drop tabs and new lines anywhere, and ignore control characters in front.
    url.len() <= LONGEST
        && url.starts_with('/')
        && !url.starts_with("//")
        && !url.contains(|letter: char| letter == '\\' || letter.is_control() || letter == '\u{feff}')
}

/// `url` if it is safe, else `otherwise`.
pub fn safe_or<'a>(url: &'a str, otherwise: &'a str) -> &'a str {
    let url = url.trim();
    if is_safe(url) { url } else { otherwise }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_that_leave_the_site_are_refused() {
        // The bad ones of Django's tests/utils_tests/test_http.py, and some more.
        for url in [
            "",
            "http://example.com",
            "http:///example.com",
            "https://example.com",
            "ftp://example.com",
            r"\\example.com",
            r"\\\example.com",
            r"/\\/example.com",
            r"\\\example.com",
            r"\\//example.com",
            r"/\/example.com",
            r"\/example.com",
            r"/\example.com",
            "http:///example.com",
            r"http:/\//example.com",
            r"http:\/example.com",
            r"http:/\example.com",
            "javascript:alert(\"XSS\")",
            "\njavascript:alert(x)",
            "java\nscript:alert(x)",
            "\x08//example.com",
            r"http://otherserver\@example.com",
            r"http:\\testserver\@example.com",
            r"http://testserver\me:pass@example.com",
            r"http://testserver\@example.com",
            r"http:\\testserver\confirm\me@example.com",
            "http:999999999",
            "ftp:9999999999",
            "\n",
            "http://[2001:cdba:0000:0000:0000:0000:3257:9652/",
            "http://2001:cdba:0000:0000:0000:0000:3257:9652]/",
            "///example.com",
            "////example.com",
            "//example.com",
            "/\t/example.com",
            "/\n/example.com",
            "/admin/\r\nSet-Cookie: a=b",
            "view/",
            "?next=/",
            "\u{feff}//example.com",
        ] {
            assert!(!is_safe(url), "{url:?}");
            assert_eq!(safe_or(url, "/admin/"), "/admin/", "{url:?}");
        }
        assert!(!is_safe(&format!("/{}", "a".repeat(LONGEST))));
    }

    #[test]
    fn paths_of_this_site_are_kept() {
        for url in [
            "/",
            "/view/?param=http://example.com",
            "/view/?param=https://example.com",
            "/view?param=ftp://example.com",
            "/view/?param=//example.com",
            "/admin/crm_app/customersegment/?q=ภูเก็ต",
            "/url%20with%20spaces/",
            "/path/http:2222222222",
        ] {
            assert!(is_safe(url), "{url:?}");
        }
        assert_eq!(safe_or(" /admin/crm_app/ ", "/admin/"), "/admin/crm_app/");
    }

    proptest! {
        #[test]
        fn what_is_safe_has_our_origin(tail in r"[/\\a-z:@.\t ?#%0-9-]{0,12}") {
            let base = url::Url::parse("https://segments.example/").unwrap();
            let typed = format!("/{tail}");
            if is_safe(&typed) {
                prop_assert_eq!(base.join(&typed).unwrap().origin(), base.origin());
            }
        }
    }
}
