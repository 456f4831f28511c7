//! What a handler declares of itself: what it does, what it takes, and what it answers when it is well.
//!
//! Written beside the handlers of a context, named by the line of its URL. What goes for all (who may, which refusals follow from
//! what it takes) is added by `openapi`.

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{Content, Header, Required, ResponseBuilder};

use super::schema::{self, Schemas, Shape};

/// How a shape is found.
type Shown = Box<dyn Fn(&mut Schemas) -> Shape>;

/// An answer.
struct Answer {
    status: u16,
    about: &'static str,
    content: Option<(&'static str, Shown)>,
    has_version: bool,
}

/// An operation of the API.
pub struct Operation {
    summary: &'static str,
    about: &'static str,
    parameters: Vec<Parameter>,
    body: Option<(Shown, Value)>,
    answers: Vec<Answer>,
    refusals: Vec<(u16, &'static str)>,
    is_paged: bool,
    is_conditional: bool,
}

/// What an operation asks of a request, from which refusals follow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asks {
    /// A body.
    pub(super) body: bool,
    /// A page of results, which may not be there.
    pub(super) page: bool,
    /// A version, if the client says so.
    pub(super) version: bool,
}

/// One that does this.
pub fn operation(summary: &'static str) -> Operation {
    Operation {
        summary,
        about: "",
        parameters: Vec::new(),
        body: None,
        answers: Vec::new(),
        refusals: Vec::new(),
        is_paged: false,
        is_conditional: false,
    }
}

impl Operation {
    /// What else there is to know.
    #[must_use]
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// It takes a parameter.
    #[must_use]
    pub fn takes(self, name: impl Into<String>, shape: Shape, about: &str) -> Self {
        self.parameter(name, Required::False, shape, about)
    }

    /// It must have a parameter; an example of it.
    #[must_use]
    pub fn needs(self, name: &str, shape: Shape, about: &str) -> Self {
        self.parameter(name, Required::True, shape, about)
    }

    fn parameter(mut self, name: impl Into<String>, required: Required, shape: Shape, about: &str) -> Self {
        // Its place comes first: a parameter of the path, which it is until then, is required whatever is said.
        let parameter = ParameterBuilder::new().parameter_in(ParameterIn::Query).name(name).required(required);
        self.parameters.push(parameter.schema(Some(shape)).description(Some(about)).build());
        self
    }

    /// It takes the number of a page and how many are on one, and answers with a page of these.
    #[must_use]
    pub fn answers_page<T: ToSchema>(self) -> Self {
        // What is no number is passed over, as it always was.
        let paged = self.takes("page", schema::text(), "The number of the page, from 1.").takes(
            "page_size",
            schema::text(),
            "How many are on a page: 20 without, at most 1,000.",
        );
        let answer = Box::new(|schemas: &mut Schemas| schema::page(schemas.add::<T>()));
        Self { is_paged: true, ..paged.answer(200, "A page of them.", Some(("application/json", answer)), false) }
    }

    /// It is sent a body of this shape, such as this one.
    #[must_use]
    pub fn sent(self, shape: impl Fn(&mut Schemas) -> Shape + 'static, example: Value) -> Self {
        Self { body: Some((Box::new(shape), example)), ..self }
    }

    /// It answers with this.
    #[must_use]
    pub fn answers<T: ToSchema>(self, status: u16, about: &'static str) -> Self {
        self.answer(status, about, Some(("application/json", Box::new(|schemas: &mut Schemas| schemas.add::<T>()))), false)
    }

    /// It answers with this and its version.
    #[must_use]
    pub fn shows<T: ToSchema>(self, status: u16, about: &'static str) -> Self {
        self.answer(status, about, Some(("application/json", Box::new(|schemas: &mut Schemas| schemas.add::<T>()))), true)
    }

    /// It answers with an object of which no more is said.
    #[must_use]
    pub fn answers_json(self, about: &'static str) -> Self {
        self.answer(200, about, Some(("application/json", Box::new(|_: &mut Schemas| schema::object([], &[])))), false)
    }

    /// It answers with a text of this media type.
    #[must_use]
    pub fn answers_text(self, media_type: &'static str, about: &'static str) -> Self {
        self.answer(200, about, Some((media_type, Box::new(|_: &mut Schemas| schema::text()))), false)
    }

    /// It answers with nothing.
    #[must_use]
    pub fn answers_nothing(self, about: &'static str) -> Self {
        self.answer(204, about, None, false)
    }

    fn answer(mut self, status: u16, about: &'static str, content: Option<(&'static str, Shown)>, has_version: bool) -> Self {
        self.answers.push(Answer { status, about, content, has_version });
        self
    }

    /// It refuses for a reason of its own.
    #[must_use]
    pub fn refuses(mut self, status: u16, when: &'static str) -> Self {
        self.refusals.push((status, when));
        self
    }

    /// It does nothing where `If-Match` names another version.
    #[must_use]
    pub fn conditional(self) -> Self {
        Self { is_conditional: true, ..self }
    }

    /// As the document has it, and what it asks.
    pub(super) fn describe(&self, schemas: &mut Schemas) -> (OperationBuilder, Asks) {
        let about = (!self.about.is_empty()).then_some(self.about);
        let described = OperationBuilder::new().summary(Some(self.summary)).description(about);
        let described = self.parameters.iter().cloned().fold(described, OperationBuilder::parameter);
        let described = match &self.body {
            Some((shape, example)) => described.request_body(Some(body(shape(schemas), example))),
            None => described,
        };
        let described = self.answers.iter().fold(described, |described, answer| {
            let status = answer.status.to_string();
            described.response(status, answer.describe(schemas))
        });
        let asks = Asks { body: self.body.is_some(), page: self.is_paged, version: self.is_conditional };
        (described, asks)
    }

    /// Why it refuses, besides what follows from what it asks.
    pub(super) fn refusals(&self) -> &[(u16, &'static str)] {
        &self.refusals
    }
}

fn body(shape: Shape, example: &Value) -> utoipa::openapi::request_body::RequestBody {
    let content = Content::builder().schema(Some(shape)).example(Some(example.clone()));
    RequestBodyBuilder::new().content("application/json", content.build()).required(Some(Required::True)).build()
}

impl Answer {
    fn describe(&self, schemas: &mut Schemas) -> ResponseBuilder {
        let answer = ResponseBuilder::new().description(self.about);
        let answer = match &self.content {
            Some((media_type, shape)) => answer.content(*media_type, Content::new(Some(shape(schemas)))),
            None => answer,
        };
        let version = Header::builder().schema(Some(schema::text())).description(Some("Its version, for If-Match."));
        let answer = if self.has_version { answer.header("ETag", version.build()) } else { answer };
        let place = Header::builder().schema(Some(schema::text())).description(Some("Where it is."));
        if self.status == 201 { answer.header("Location", place.build()) } else { answer }
    }
}
