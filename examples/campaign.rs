//! A campaign by the API: its members are taken, each is "sent" something, and that is noted. It e-mails nobody: sending is printing.
//!
//! ```sh
//! SITE=http://127.0.0.1:8000 TOKEN=csp_… SEGMENT=8c0e… cargo run --example campaign -- "The fair of 2026"
//! ```
//!
//! The token is a personal one, made on *Your account › API tokens*.

use std::collections::HashSet;
use std::env;
use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Where the API is, and what opens it.
pub(crate) struct Api {
    /// The address of the site: `https://segments.example.com`.
    pub(crate) site: String,
    /// A personal token, or an access token.
    pub(crate) token: String,
}

impl Api {
    /// Refuses what could not be noted afterwards, before anybody is written to.
    fn require_usable(&self, segment: &str) -> Result<()> {
        let at = format!("{}/api/v1/segments/{segment}/", self.site.trim_end_matches('/'));
        let segment = good(Client::new().get(at).bearer_auth(&self.token).send()?)?;
        if segment["status"] == "archived" || segment["needs_attention"] == true {
            return Err(format!("{} is archived, or needs attention: it cannot be used.", segment["name"]).into());
        }
        Ok(())
    }

    fn url(&self, segment: &str, what: &str) -> String {
        format!("{}/api/v1/segments/{segment}/{what}/", self.site.trim_end_matches('/'))
    }

    /// Every member once, a page after the other, while others join and leave.
    fn members(&self, segment: &str, mut each: impl FnMut(&Value)) -> Result<()> {
        let mut cursor = Some(String::new());
        while let Some(behind) = cursor {
            let query = [("limit", "1000"), ("cursor", &behind)];
            let page = good(Client::new().get(self.url(segment, "members")).query(&query).bearer_auth(&self.token).send()?)?;
            page["results"].as_array().into_iter().flatten().for_each(&mut each);
            cursor = page["next"].as_str().map(str::to_owned);
        }
        Ok(())
    }

    /// Notes that a campaign took the segment: once, however often this is said.
    fn mark_used(&self, segment: &str, campaign: &str) -> Result<Value> {
        let request = Client::new().post(self.url(segment, "mark_used")).bearer_auth(&self.token);
        // A key is short and ASCII, whatever the campaign is called.
        let named = URL_SAFE_NO_PAD.encode(Sha256::digest(campaign));
        let request = request.header("Idempotency-Key", format!("{segment} {named}"));
        good(request.json(&json!({"campaign": campaign})).send()?)
    }
}

/// The body, or what the problem says.
fn good(answer: Response) -> Result<Value> {
    let status = answer.status();
    let body: Value = answer.json()?;
    if status.is_success() { Ok(body) } else { Err(format!("{status}: {}", body["detail"].as_str().unwrap_or("no reason")).into()) }
}

/// Sends a campaign to a segment: one message for each address. Answers with how many were sent, and the segment as it is after.
///
/// # Errors
/// What the API refuses. Whoever was written to by then was; noting it can be tried again by itself.
pub(crate) fn run(api: &Api, segment: &str, campaign: &str, mut write_to: impl FnMut(&str)) -> Result<(usize, Value)> {
    api.require_usable(segment)?;
    let mut sent = HashSet::new();
    api.members(segment, |member| {
        let address = member["email"].as_str().unwrap_or_default().trim().to_lowercase();
        if !address.is_empty() && !sent.contains(&address) {
            write_to(&address);
            sent.insert(address);
        }
    })?;
    let segment = api.mark_used(segment, campaign)?;
    Ok((sent.len(), segment))
}

fn main() -> Result<()> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("Set {name}."));
    let api = Api { site: setting("SITE")?, token: setting("TOKEN")? };
    let campaign = env::args().nth(1).ok_or("Name the campaign: cargo run --example campaign -- \"The fair of 2026\"")?;
    let (sent, segment) = run(&api, &setting("SEGMENT")?, &campaign, |address| println!("To {address}: come to {campaign}!"))?;
    println!("{sent} sent to {}, which was used {} times.", segment["name"], segment["times_used"]);
    Ok(())
}
