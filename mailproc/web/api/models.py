"""What programs send and get, as the OpenAPI document tells it; each with an example."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Self, TypeVar

from fastapi import Path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.standing import Status
from mailproc.policy.standing.verdict import Classification

Person = Annotated[
    str,
    StringConstraints(min_length=1, max_length=400),
    Field(description="An address, or a subscriber key.", examples=["pat@example.org"]),
]
Key = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,128}$", description="Subscriber key.", examples=["1234567890"])]
ListPath = Annotated[str, Path(min_length=1, max_length=100, description="Id of the list.", examples=["weekly"])]
Id = Annotated[str, Path(min_length=1, max_length=200)]
Short = Annotated[str, StringConstraints(max_length=400)]
LINKS_SAID = "Where links are served; without it `url` of `[account.pages]`, and without that there is a mailto alone."
ListId = Annotated[str, StringConstraints(min_length=1, max_length=100)]
MOST_MISTAKES = 10_000
One = TypeVar("One")


class Strict(BaseModel):
    """A part of what a program sends: nothing unknown is taken, so that a slip of the pen is told."""

    model_config = ConfigDict(extra="forbid")


class Body(Strict):
    """All that a program sends."""

    @model_validator(mode="wrap")
    @classmethod
    def few_mistakes(cls, value: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        """Of a body that is wrong everywhere only that is told: a list of a million mistakes takes a gigabyte."""
        try:
            return check(value)
        except ValidationError as error:
            if error.error_count() <= MOST_MISTAKES:
                raise
            raise PydanticCustomError("mistakes", "{n} values are wrong", {"n": error.error_count()}) from None


class Channels(StrEnum):
    """By which channel a request came."""

    api = "api"
    phone = "phone"
    letter = "letter"
    chat = "chat"


class Wish(StrEnum):
    """What somebody asked for."""

    unsubscribe = "unsubscribe"
    resubscribe = "resubscribe"


class Page(BaseModel, Generic[One]):
    """Some of many."""

    items: list[One]
    next: str | None = Field(description="Cursor of the next page; null on the last one.", examples=[None])


class Block(BaseModel):
    """What stands against mailing. What was said in another account, or everywhere, has kind, level and time alone."""

    kind: FactKind
    level: Level
    list: str | None
    since: datetime
    channel: str | None
    fact: str | None
    account: str | None


class FactTold(BaseModel):
    """One thing that happened to one person."""

    id: str
    account: str
    kind: FactKind
    level: Level
    list: str | None
    occurred_at: datetime
    channel: Channel
    evidence: dict[str, str]
    retracts: str | None


class FactRecorded(FactTold):
    """The same in the account's own order, with whom it names."""

    address: str | None = Field(description="Of somebody who was forgotten a keyed hash: `HMAC-SHA256:…`.")
    key: str | None


class Feed(Page[FactRecorded]):
    """Some of many facts, and where to go on later."""

    follow: str = Field(description="`cursor` of the next time: what is new by then.")


class PersonTold(BaseModel):
    """Everything about one person of the account."""

    account: str
    address: str | None = Field(examples=["pat@example.org"])
    key: str | None = Field(examples=["1234567890"])
    status: Status
    own_status: Status
    version: int
    forgotten_at: datetime | None
    may_send: dict[str, bool] = Field(examples=[{"commercial": False, "transactional": True}])
    lists: list[str]
    attributes: dict[str, str]
    reviews: list[str]
    blocks: list[Block]
    facts: list[FactTold]


class StandingTold(BaseModel):
    """Whether somebody may be mailed."""

    address: str | None
    key: str | None
    status: Status
    may_send: dict[str, bool]
    blocks: list[Block]


class Question(Body):
    """About whom."""

    person: Person
    list: ListId | None = Field(None, description="Also about mail of this list.", examples=["weekly"])
    at: datetime | None = Field(
        None,
        description="What stood then; now. Address, lists and attributes are always those of now.",
        examples=["2026-03-03T10:00:00Z"],
    )


class WhyQuestion(Question):
    """Why somebody gets no mail; without `classification` about what the list usually carries."""

    classification: Classification | None = None


class WantedPerson(Body):
    """A subscriber. Attributes that are not named stay as they are."""

    address: Annotated[str, StringConstraints(min_length=3, max_length=320)] = Field(examples=["pat@example.org"])
    attributes: dict[
        Annotated[str, StringConstraints(min_length=1, max_length=100)],
        Annotated[str, StringConstraints(max_length=2000)],
    ] = Field({}, max_length=100, examples=[{"first_name": "Pat"}])


class ByHand(Body):
    """A request that reached somebody by another channel."""

    kind: Wish
    person: Person
    level: Level = Level.account
    list: ListId | None = Field(None, description="With level `list`.", examples=[None])
    channel: Channels = Channels.api
    received_at: datetime | None = Field(None, description="When it came; now.", examples=["2026-03-03T10:00:00Z"])
    by: Short = Field("", description="Who enters it.", examples=["kim"])
    reason: Short = Field("", examples=["called the hotline"])


class Change(BaseModel):
    """Whose standing is another now."""

    account: str
    address: str | None
    key: str | None
    status: Status


class Entered(BaseModel):
    """What a request did."""

    changes: list[Change] | None = Field(
        description="Whose standing became another. Empty: nobody's; they stood so already, or what was said later or"
        " elsewhere counts. Null: this request may have done it before, and it is not known any more."
    )
    unclear: str | None = Field(description="Who else may be meant.")
    still_global: bool = Field(description="They are out globally, which this does not lift.")


class WantedList(Body):
    """A list or publication."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(examples=["Acme Weekly"])
    also: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] = Field([], max_length=50)
    classification: Classification = Classification.commercial
    public: bool = False


class ListTold(BaseModel):
    """The same as it is."""

    account: str
    id: str
    name: str
    also: list[str]
    classification: Classification
    public: bool


class Member(BaseModel):
    """A subscriber on a list."""

    key: str
    address: str
    status: Status
    may_send: bool
    lists: list[str]
    attributes: dict[str, str]


class Terms(Body):
    """Which lists a send goes to, and what kind of mail it is."""

    lists: list[ListId] = Field([], max_length=100, examples=[["weekly"]])
    classification: Classification = Classification.commercial


class WantedSend(Terms):
    """A send by your own id."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(examples=["42"])
    name: Annotated[str, StringConstraints(max_length=200)] | None = Field(None, examples=["March issue"])


class SendTold(BaseModel):
    """A recorded send; tokens name it by its number."""

    account: str
    id: str
    number: int
    name: str
    lists: list[str]
    classification: Classification
    created_at: datetime


class Recipient(Strict):
    """Somebody whom a send is to reach: key, address, or both."""

    key: Annotated[str, StringConstraints(max_length=400)] | None = Field(None, examples=["1234567890"])
    address: Annotated[str, StringConstraints(max_length=400)] | None = Field(None, examples=["pat@example.org"])


class SendCheck(Terms):
    """Who of these people may be mailed? 10,000 at most; more by the stream."""

    people: list[Recipient] = Field(max_length=10_000)


class Stopped(BaseModel):
    """Somebody whom the send may not reach, by their place among those asked about."""

    place: int
    reason: str = Field(examples=["opt_out account"])
    blocks: list[dict[str, Any]]


class Checked(BaseModel):
    """Who may not be mailed; all others may."""

    checked_at: datetime
    asked: int
    stopped: list[Stopped]


class Stamping(Body):
    """For whom headers are wanted; 2,000 at most, more by the stream."""

    keys: list[Annotated[str, StringConstraints(min_length=1, max_length=128)]] = Field(
        max_length=2000, examples=[["1234567890"]]
    )
    list: ListId | None = Field(None, examples=["weekly"])
    send: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(None, examples=["42"])
    links_base: Annotated[str, StringConstraints(max_length=500)] | None = Field(
        None, description=LINKS_SAID, examples=["https://news.acme.example/u/"]
    )


class Stamped(BaseModel):
    """Headers by name, or why there are none."""

    key: str
    headers: dict[str, str] | None
    error: str | None
