"""What English-speaking mail servers say of failed deliveries, with what each wording says about the address."""

from mailproc.mail.reports.bounce import BounceClass

_HARD, _SOFT, _POLICY = BounceClass.hard, BounceClass.soft, BounceClass.policy

Row = tuple[BounceClass, str, tuple[str, ...]]

# How servers name the mailbox that they speak of.
_NAME = (
    r"(account|mailbox|user|userid|recipient|addressee|address)( e-?mail)?( address)?('s)?( account| name)?(\(s\))? "
)

# A mailbox by its address or in quotes, as in `User 'pat' not known`.
_QUOTED = r"([\"'<(\[]\S+|\S+@\S+) "

# Class, reason and wordings; the first row that matches wins. What blames the sender comes before what sounds like an
# unknown recipient: "sender address rejected: domain not found" is our fault. The weakest wordings come last.
ROWS: tuple[Row, ...] = (
    (
        _SOFT,
        "mailbox full",
        (
            r"(mailbox|inbox|account|quota|storage|mail ?folder|message store)\b.{0,40}\b(full|exceed(s|ed)?|over)\b",
            r"over (the )?(disk )?quota|quota (has been |is )?(exceeded|violation|full)",
            r"exceed(s|ed|ing)? (their|his|the|its|your|mailbox|disk|storage)? ?(storage )?(quota|allowed size)",
            r"(disk|mail) quota exceeded|insufficient (system |disk )?(storage|space|quota)",
            r"not enough (storage |disk )?space|out of storage|too much mail|mailbox (is )?full|mailfull|over ?quota",
        ),
    ),
    (
        _POLICY,
        "sender rejected",
        (
            r"sender (address|e-?mail|verif\w+|domain|id)?.{0,30}(reject|fail|invalid|denied|unknown|unresolv)",
            (
                r"sender (address|e-?mail|domain|id)?.{0,30}(not (be )?(exist|found|valid|allowed|verified)"
                r"|does ?n.t exist)"
            ),
            r"(reject|refus)\w* .{0,20}\bsender\b|domain of sender|sender.s domain",
            r"mail from .{0,40}(denied|not allowed)|sender (is )?(blocked|not authori[sz]ed)",
            r"not allowed to (send|post)|unauthori[sz]ed (sender|senders|relay)|from address.{0,20}(not|invalid)",
            r"sender (has )?exceeded|sending quota|envelope sender|you (may not|are not allowed to) (send|post)",
            r"not accepting mail from",
        ),
    ),
    (
        _HARD,
        "mailbox disabled",
        (
            _NAME + r"(has been |is |was |currently )*(disabled|suspended|deactivated|inactive|locked)",
            _NAME + r"(has been |is |was |currently )*(terminated|closed|expired|discontinued)",
            r"(disabled|suspended|deactivated|inactive|expired) (user|account|mailbox|recipient)|over 6 months",
            r"disabled or discontinued|no longer (active|in use|available|accept\w*|valid|exists?|on (this )?server)",
            r"(due to|because of|prolonged|extended) inactivity|inactive e-?mail address|account inbounds disabled",
            r"has not been (collected|used)|user .{0,20}is inactive|mail receiving disabled|mailbox is frozen",
            r"archived recipient|(blocked|closed|locked|disabled) by (its|the|their) (owner|user|holder)",
            r"(account|mailbox)( that)? you tried to reach is (disabled|inactive|suspended)|user or domain is disabled",
            _NAME + _QUOTED + r"(has been |is |was |currently )+(disabled|suspended"
            r"|deactivated|inactive|closed|deleted)",
            _NAME + r"(has been |is |was )+(deleted|removed|decommissioned)|(deleted|closed) (account|mailbox)",
            r"(recipient|user) (is |has )?(left|no longer (with|at|works|employed|exists?|here|on (this|our)))",
        ),
    ),
    (
        _HARD,
        "user unknown",
        (
            r"user( is|:)? (unknown|not known|not found|doesn.t exist|does not exist|not exist)",
            r"unknown (or illegal )?(final |local )?(user|recipient|mailbox|account|address|rcpt|destination|alias)",
            r"unknown local[ -]?part",
            r"no such (user|mailbox|recipient|address|person|account|local|id|domain user|virtual|customer|alias)",
            r"no mailbox (here )?by that name|no mailbox",
            _NAME + r"?(<[^>]{0,80}> ?)?(was |is |could )?(not|n.t) (be )?(found|known|exist|recogni[sz]ed|listed)",
            _NAME + r"?(<[^>]{0,80}> ?)?(was |is |could )?(not|n.t) (be )?(registered|(a )?valid)",
            _NAME + r"?(<[^>]{0,80}>|\([^)]{0,80}\))? ?(does ?n.t|do(es)? not) exist",
            r"doesn.t have an? .{1,60} account",
            _NAME + r"(is )?(unknown|invalid|incorrect|non-?existent|illegal|undeliverable)",
            r"invalid (final delivery )?(recipient|mailbox|address|user|userid|local part|mailbox path)",
            r"not (a )?valid (mailbox|user|recipient|address)",
            r"there is no (one|user|such)( .{0,20})?(at|by|with|in) (this|that)|this user doesn|not our customer",
            r"does not (like|match) .{0,20}recipient address|address_not_found|recipnotfound|recipientnotfound",
            r"nosuchuser|not listed in|not in (the )?(address ?book|directory)|recipient name is not recognized",
            r"no valid recipients|no matches to nameserver|did not exactly match|bad destination mailbox",
            r"not a known (user|recipient)|user not (known|found|exist)|unable to find (the )?(user|recipient)",
            r"could ?n.t be found|was ?n.t found|account (not found|is unavailable|does not exist)|mailbox not found",
            r"email (address|account) (that )?you tried to reach does not exist|no users? here by that name",
            r"unroute?able address|no mail ?box|user (is )?not active|no account by that name|non[- ]existent user",
            r"(user|mailbox|recipient|account|address|rcpt)('s)?:? " + _QUOTED + r"(was |is |does |has )?(not"
            r"|un)( be)? ?"
            r"(found|known|exist|valid|listed|recogni[sz]ed|in )",
            r"(^|[\s:])(<\S+>|\S+@\S+):? (was |is )?(not found|unknown|does ?n.t exist|does not exist)",
            r"recipient address rejected: (access denied|user ?unknown|invalid[ -]?(user|recipient)|no such)",
            r"recipient address rejected\. \(in reply to rcpt|destination addresses were unknown|not a local address",
            r"in my (bad(rcpt|recipient)to|validrcptto) list|badrcptto|domain or user isn.t in my list of allowed",
            r"(is not|isn.t) (an? )?(local|active|valid|known|existing) (address|user|mailbox|recipient|account"
            r"|customer)",
            r"(mailbox|recipient|address|user)s? (is |are )?not (present|ok|local|here|active|hosted|available here)",
            r"refuses to accept your mail|can.t accept user|server rejected recipients|email name is not found",
            r"user missing home directory|there is no mailbox|not (one of )?our (users?|customers?|mailboxes)\b",
            r"no (one|body) (here )?(by|with|called) that",
            r"no such e-?mail",
            r"(address|user|mailbox|recipient) (has )?(never existed|vanished|gone)|marked as invalid",
            r"recipients? was undeliv",
            r"(person|account|addressee|member) (was |is )?(unknown|not (found|known)|(does not|doesn.t) exist)",
        ),
    ),
    (
        _SOFT,
        "network error",
        (r"host (name )?(unknown|not found),? try( again)?",),
    ),
    (
        _HARD,
        "domain unknown",
        (
            r"(host|domain)( name)?( is|:)? ?(unknown|not found|invalid)( \(authoritative)?|unknown (host|domain)",
            r"(mx )?records? (that )?points? to (a )?non-?existent|(host|domain) does not accept mail([.;)]|$)",
            r"domain must exist|no such mail domain",
            r"(account or )?domain may not exist|because the domain is not reachable|non-?existent (host|domain)",
            r"(able to )?find the recipient domain|tenant which has no mail-enabled",
            r"no such (host|domain)|name or service not known|nxdomain|unrouteable (mail )?domain",
            r"(host|domain) .{0,80}(does ?n.t|does not) exist|host .{1,80} not found|no mx\b|null ?mx",
            r"could ?n.t find (any |a )?(host|mail exchanger)|dns (lookup )?failure: host|domain not exist",
            r"could not find a gateway|bad destination (system|host)|invalid (host|domain)",
            r"domain .{0,60}(has no|without) (valid )?(mx|mail)|illegal host",
        ),
    ),
    (
        _POLICY,
        "message too big",
        (
            r"(message|mail|size|attachment).{0,40}(too (big|large)|exceed(s|ed)?)|message (is |was )?too long",
            r"maximum (incoming |inbound |allowed )?(message )?size|too (big|large) (a )?(message|mail)",
            r"message file too big|message size limit",
        ),
    ),
    (
        _SOFT,
        "routing loop",
        (r"too many hops|routing loop|mail loop|hop count exceeded|loop(s)? (back|detected)|looping",),
    ),
    (
        _SOFT,
        "rate limited",
        (
            r"gr[ea]y-? ?list|try (again|your request again) later",
            r"too many (connections|messages|recipients|sessions|errors|concurrent)|rate ?limit|throttl",
            r"too (fast|quickly)|daily .{0,20}(quota|limit)|temporarily (deferred|unavailable|rejected|refused)",
            r"sending limit|exceeded the .{0,40}(limit|rate)|receiving (mail|messages) at a rate|unusual rate",
        ),
    ),
    (
        _POLICY,
        "authentication",
        (
            r"\bdmarc\b|\bspf\b|\bdkim\b|sender policy framework|unauthenticated (e-?mail|mail)",
            r"authentication (required|failed|checks)|not authenticated|without (valid )?authentication",
        ),
    ),
    (
        _POLICY,
        "reverse DNS",
        (r"reverse dns|\bptr\b|\brdns\b|reverse (lookup|mapping)|does not resolve to",),
    ),
    (
        _POLICY,
        "relaying denied",
        (
            r"relay(ing)? (access )?(denied|not (allowed|permitted)|prohibited|disallowed)|not permitted to relay",
            r"cannot relay|unable to relay",
        ),
    ),
    (
        _POLICY,
        "spam",
        (
            r"\bspam|\bjunk(mail)?\b|unsolicited|\bbulk mail\b|content (rejected|filter)|virus|malware|phish",
            r"\bmessage (was |content )?(rejected|refused|blocked)|(blacklisted|bad|malicious) (url|link)|uribl|surbl",
            r"contains? (a |an )?(banned|forbidden|prohibited)",
        ),
    ),
    (
        _POLICY,
        "blocked",
        (
            r"\bblock(ed|ing|list|s)?\b|black ?list|block ?list|block-list|deny ?list|spamhaus|\bd?n?s?rbl\b|dnsbl",
            r"reputation|poor rep|access denied|bad ip|denied by|banned|not accepted from|weren.t sent",
            r"client host rejected|ip (address )?(is |has been )?(not|listed|rejected)",
            r"connection (refused|rejected) (due|because)|invalid ip|please use the smtp server of your isp",
            r"no connections? (is )?allowed|connections? not accepted|helo|ehlo",
        ),
    ),
    (
        _POLICY,
        "policy",
        (
            r"policy|polic(y|ies)|rejected due to|permission|permitted|prohibited|forbidden|restrict|administrative",
            r"\bdenied\b|not authori[sz]ed|\bmessage not allowed|rule imposed|moderat|members? only|closed list",
            r"access control",
        ),
    ),
    (
        _SOFT,
        "delivery expired",
        (
            r"retry time(out)? (not reached|exceeded)|expired|in the queue too long|giving up|too long",
            r"unable to (connect|contact|deliver .{0,30}after)|multiple retries|could not be delivered (for|after)",
            r"has been delayed|retries exhausted|no longer attempt|failed \d+ attempts|after \d+\s?(hours|days)",
        ),
    ),
    (
        _SOFT,
        "network error",
        (
            r"time-?d? ?out|connection (refused|reset|closed|lost|dropped|error|failed)|no route to host",
            r"network (is )?(unreachable|error)|host (is )?(unreachable|not reachable)|name service error",
            r"dns (query|error|lookup)|not reachable|socket error|could ?n.t connect",
            r"(was|wasn.t) able to (establish|connect)|name server|temporary (failure|lookup)|refused to talk",
            r"did not (accept|respond)|lost connection|host unknown, try",
        ),
    ),
    (
        _SOFT,
        "system error",
        (
            r"system (error|not|failure|resources|problem|config)|insufficient|i/o error|internal (server )?error",
            r"out of memory|disk|local(ly)? error|temporar(y|ily)|service (is )?(unavailable|not available|currently)",
            r"resources|configuration|command (output|died)|pipe to|try again",
        ),
    ),
    (
        _HARD,
        "user unknown",
        (r"\b55[0-4]\b.{0,60}mailbox (is )?unavailable|requested action not taken: mailbox unavailable",),
    ),
    (
        _SOFT,
        "recipient rejected",
        (
            r"(recipient|rcpt)( address)? (rejected|not accepted)|does not like recipient|address (is )?rejected",
            r"recipient .{0,60}rejected|bad (address|recipient|mailbox)|undeliverable address",
        ),
    ),
    (
        _SOFT,
        "mailbox unavailable",
        (r"(mailbox|recipient|account|user) (is )?(unavailable|not available|busy)",),
    ),
)
