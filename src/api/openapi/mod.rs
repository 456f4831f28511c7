//! The `OpenAPI` document of the API, and the page that shows it.
//!
//! Made of the table of URLs: `server` hands over each method of each address with who may use it and what its handler declares of
//! itself (`operation`, in words of `schema`), and [`document`] adds what is the same everywhere. `pages` answers with it.

pub mod operation;
pub mod pages;
pub mod schema;

mod refusals;

use actix_web::http::Method;
use utoipa::openapi::path::{HttpMethod, Operation as Described, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, Info, OpenApi, Required, Server};

pub use self::operation::{Operation, operation};
use self::schema::Schemas;
use super::BASE;
use crate::accounts::access::Access;

/// A method of an address of the API.
pub struct Endpoint {
    /// The address, with `{id}` for a key.
    pub path: String,
    /// The method.
    pub method: Method,
    /// Who may use it.
    pub access: Access,
    /// What its handler declares.
    pub operation: Operation,
}

const ABOUT: &str = "Segments, their members and their customers, for programs. Sign in with `auth/login/`, or show a personal token \
    that you made on *Your account › API tokens*: `Authorization: Bearer TOKEN`. What one may not see is 404. Errors are \
    `application/problem+json` (RFC 9457).";

/// The document that describes these.
pub fn document(endpoints: impl IntoIterator<Item = Endpoint>) -> OpenApi {
    let mut schemas = Schemas::default();
    let mut paths = Paths::new();
    schemas.add::<refusals::Problem>();
    for endpoint in endpoints {
        if let Some(method) = method(&endpoint.method) {
            let item = PathItem::new(method, describe(&endpoint, &mut schemas));
            match paths.paths.get_mut(&endpoint.path) {
                Some(known) => known.merge_operations(item),
                None => drop(paths.paths.insert(endpoint.path, item)),
            }
        }
    }
    let info = Info::builder().title("Customer Segments").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    let components = schemas.into_iter().fold(components(), |components, (name, schema)| components.schema(name, schema));
    OpenApi::builder().info(info).servers(Some([Server::new("/")])).paths(paths).components(Some(components.build())).build()
}

/// HEAD is GET without a body, and not told.
fn method(method: &Method) -> Option<HttpMethod> {
    [
        (Method::GET, HttpMethod::Get),
        (Method::POST, HttpMethod::Post),
        (Method::PUT, HttpMethod::Put),
        (Method::PATCH, HttpMethod::Patch),
        (Method::DELETE, HttpMethod::Delete),
    ]
    .into_iter()
    .find_map(|(known, told)| (known == *method).then_some(told))
}

/// What a handler declares, with what goes for all of its kind: its key, its refusals, its tokens.
fn describe(endpoint: &Endpoint, schemas: &mut Schemas) -> Described {
    let rest = endpoint.path.strip_prefix(BASE).unwrap_or(&endpoint.path);
    let tag = match rest.split('/').next().unwrap_or_default() {
        "openapi.json" | "docs" => "this description",
        tag => tag,
    };
    let id = [endpoint.method.as_str(), rest].join(" ").to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let (described, asked) = endpoint.operation.describe(schemas);
    let described = described.tag(tag).operation_id(Some(id.trim_end_matches('_')));
    let described = if rest.contains("{id}") { described.parameter(key()) } else { described };
    let described = refusals::add(described, endpoint, asked);
    if endpoint.access == Access::Anyone { described.securities(Some([])).build() } else { described.securities(Some(tokens())).build() }
}

fn key() -> ParameterBuilder {
    let parameter = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
    parameter.description(Some("Its key.")).schema(Some(schema::id()))
}

/// Either will do.
fn tokens() -> [SecurityRequirement; 2] {
    ["token", "session"].map(|name| SecurityRequirement::new(name, [] as [&str; 0]))
}

fn components() -> utoipa::openapi::ComponentsBuilder {
    let token = Http::builder().scheme(HttpAuthScheme::Bearer).description(Some("An access token, or a personal one."));
    let session = ApiKeyValue::with_description("sessionid", "The session of a browser; what changes anything also needs X-CSRFToken.");
    Components::builder()
        .security_scheme("token", SecurityScheme::Http(token.build()))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)))
}
