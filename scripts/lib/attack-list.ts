/** One attack that the product must withstand. */
export interface ListedAttack {
  readonly number: number
  readonly attack: string
  readonly outcome: string
  /** Where the product answers otherwise than listed, and why that is no weaker. */
  readonly note?: string
}

export interface AttackGroup {
  readonly title: string
  readonly attacks: readonly ListedAttack[]
}

/** Numbers that no test proves, with the reason; the table names them apart. */
export const NOT_MET: ReadonlyMap<number, string> = new Map()

const row = (
  ...[number, attack, outcome, note]: readonly [
    number: number,
    attack: string,
    outcome: string,
    note?: string,
  ]
): ListedAttack => ({
  number,
  attack,
  outcome,
  ...(note !== undefined && { note }),
})

const REQUEST: AttackGroup = {
  title: 'Authorization request',
  attacks: [
    row(
      1,
      'Parameters at the authorization endpoint, nothing pushed',
      'an error at the registered address, with `iss`; never a code',
    ),
    row(2, 'A push without client authentication', '401 `invalid_client`'),
    row(3, 'An assertion whose audience is the token endpoint, or a list', '401 `invalid_client`'),
    row(4, 'An assertion used again, also twenty times at once', 'exactly one is taken'),
    row(
      5,
      'An assertion that has ended, ends too late or begins 61 s ahead; one issued 8 s ahead',
      '401; the last is taken',
    ),
    row(6, 'No code challenge, a plain one, one that is too short', '400'),
    row(
      7,
      'A redirect address that differs by case, slash, query, port, path, user, dots or a look-alike letter',
      '400, and nothing leads there',
    ),
    row(8, 'Another response type than `code`', '`unsupported_response_type`'),
    row(9, 'A pushed request that names another', '400'),
    row(10, 'A parameter sent twice', '400'),
    row(11, 'The pushed request of another client', 'an error, no code'),
    row(12, 'A pushed request after its end or its use', 'an error page'),
    row(13, 'A proof by another key than the request names', '400 `invalid_dpop_proof`'),
    row(
      14,
      'Authorization details that are no JSON, of an unknown type, with unknown members, huge or deep',
      '400 `invalid_authorization_details`',
    ),
    row(15, 'An unknown, repeated, relative or fragmented resource', '`invalid_target`'),
    row(
      16,
      'A request object unsigned, signed with a public key or a weak algorithm, for another audience, without an end',
      '`invalid_request_object`',
    ),
    row(17, 'Another method or media type at the push endpoint', '404, 405 or 400'),
    row(
      18,
      '`prompt=none`',
      '`login_required` or `consent_required`',
      'Without a page nobody consents: the answer is an error in both cases.',
    ),
    row(19, 'A foreign Host or X-Forwarded-Host', 'refused; no foreign address in any answer'),
  ],
}

const CONSENT: AttackGroup = {
  title: 'Consent and interaction',
  attacks: [
    row(20, "Another person's interaction, or one without its cookie", 'refused, nothing granted'),
    row(21, 'An account that the person does not administer', '403, and an audit event'),
    row(22, 'More actions than were asked for', 'never granted'),
    row(23, 'The page in a frame', 'blocked'),
    row(24, 'A decision sent from another site', '403'),
    row(25, 'A second request in the same browser', 'everything is asked again'),
    row(26, 'Signed out or demoted between reading and deciding', 'refused'),
    row(27, 'The partner is suspended meanwhile', 'refused, and the person sees why'),
    row(28, 'The approval sent many times', 'one delegation'),
    row(29, 'The person says no', '`access_denied` with `state` and `iss`; nothing but the log'),
    row(30, 'A name with script, a change of direction or a look-alike', 'escaped, flagged, blocked'),
    row(31, 'Two approvers: the first alone, or the same person twice', 'nothing opens'),
  ],
}

const TOKEN: AttackGroup = {
  title: 'Token endpoint',
  attacks: [
    row(32, 'A code used twice', '400; what the first use gave is dead'),
    row(33, 'A code used fifty times at once', 'one answer, and nothing that was issued can be used'),
    row(34, "Another client's code", '400; it stays good for its owner'),
    row(35, 'A code with another verifier, address or key, or without a proof', '400'),
    row(36, 'A code after a minute', '400'),
    row(
      37,
      'A proof that is wrong, old, for another request, or used before',
      '400 or 401 with the right code',
    ),
    row(38, "Another client's refresh; a refresh after the end", '400 `invalid_grant`'),
    row(
      39,
      'A refresh that asks for more',
      '`invalid_scope`, `invalid_authorization_details`, `invalid_target`',
    ),
    row(40, 'A refresh after the approver left', '400'),
    row(41, 'A refresh past the end of the delegation', 'cut to its end'),
    row(42, 'A refresh repeated, also three at once', 'all succeed: nothing rotates'),
    row(43, 'A grant that does not exist or is not for this client', 'refused'),
    row(44, "Client credentials for a customer's account", '`invalid_target`'),
    row(45, 'Two ways of client authentication at once', '400 or 401'),
    row(46, 'Wrong authentication over and over', 'throttled, alike for known and unknown clients'),
  ],
}

const EXCHANGE: AttackGroup = {
  title: 'Token exchange',
  attacks: [
    row(47, 'A subject token of somebody else, ended, revoked, of another kind, or none', '400'),
    row(48, 'An actor token without its type, or the reverse', '`invalid_request`'),
    row(49, 'An actor who may not act', '400'),
    row(50, '`may_act` names another actor than the one presented', 'refused'),
    row(51, 'A customer outside the delegations', '`invalid_target`, alike for unknown and foreign ones'),
    row(
      52,
      'A chain of four; a token used to widen',
      'refused',
      'An exchanged token carries no `may_act` and is not exchanged again: the member and the client behind them are the whole chain.',
    ),
    row(53, 'A token that outlives what it was made of', 'cut; no refresh token'),
    row(54, 'An exchange without a proof, or with another key', 'refused; bound to the new key and told'),
    row(55, "A wholesaler's own token on an end customer's account", '403 `CUSTOMER_MISMATCH`'),
    row(56, 'A partner that only refers', 'no exchange and no consent'),
    row(57, 'A request that says who pays', '422, or ignored: billed by the relationship'),
    row(58, 'Somebody who acts in an organisation approves for it', 'refused'),
  ],
}

const RESOURCE: AttackGroup = {
  title: 'API, decision point and gateway',
  attacks: [
    row(
      59,
      'No token, another scheme, a token in query or body',
      '401 with a challenge that names the metadata',
      'Our own API looks at the form of a request first, so that a token in the query is an unknown field: 422. Of two Authorization fields it still takes the first; the decision point refuses both.',
    ),
    row(60, 'A bound token as Bearer', '401'),
    row(
      61,
      'A token of another audience, type or issuer; keys named by its header',
      '401, nothing is fetched',
    ),
    row(62, 'No signature, a weak one, altered claims', '401'),
    row(63, 'A token that leaves a party unnamed', '403'),
    row(64, 'Another customer in path, body or query', '403, nothing done'),
    row(65, 'A path that two programs may read differently', '400 or 403; the API is not reached'),
    row(66, 'Fields that name the caller, sent by the caller', 'they never reach the API'),
    row(67, 'Fields that name another address or method', 'no effect on the decision'),
    row(68, 'Request smuggling', '400; no second request reaches the API'),
    row(69, 'Methods that no rule names', 'refused'),
    row(
      70,
      'An upgrade, or HTTP/2, with the same token',
      'the same checks',
      'The server speaks HTTP/1.1 and upgrades nothing; HTTP/2 ends at the gateway.',
    ),
    row(
      71,
      'A decision point that is gone, slow or wrong',
      '503; the API is not reached; recovers by itself',
    ),
    row(72, 'Anything revoked, frozen, narrowed or removed', 'the next call is refused'),
    row(
      73,
      'Revoked during a running answer',
      'cut off, or marked in the log',
      'No operation for API clients streams: an answer is one page that was read in one transaction, and the next page is refused.',
    ),
    row(74, 'A thousand uses of one proof at four decision points', 'exactly one is accepted'),
    row(75, 'Clocks that differ by a minute', 'within ten seconds taken, beyond refused'),
    row(76, 'Keys that rotate; key ids that are invented', 'one fetch per interval'),
    row(77, 'A call beside the gateway', 'refused'),
  ],
}

const MANAGEMENT: AttackGroup = {
  title: 'Introspection, revocation and management',
  attacks: [
    row(78, 'Introspection by somebody else', '`{"active":false}`; 401 without authentication'),
    row(79, "Revocation of another client's token; of an access token", '200 and no effect; ends at once'),
    row(
      80,
      "Another client's grant; a revocation while a refresh is under way",
      '404; nothing usable is left',
    ),
    row(
      81,
      'A client registered with weak addresses, private or symmetric keys',
      'refused',
      'There is no dynamic registration endpoint, and no address of a client is ever fetched.',
    ),
    row(
      82,
      'What the log says of refusals, and what it must not hold',
      'one event for both sides; no secret',
    ),
  ],
}

const AROUND: AttackGroup = {
  title: 'Around it',
  attacks: [
    row(
      83,
      'Asked without a browser: words that cannot be seen, two who answer at once, one who may no longer',
      'refused; one answer, one consent, one token',
    ),
    row(
      84,
      'A certificate twice, in part, in a list, under another name, or of the same name with another key',
      '401; a server that would believe everybody about certificates does not start',
    ),
    row(
      85,
      'An address that we call and that leads inside: by its letters, one of several addresses, a redirect, a slow answer',
      'nothing is sent; no answer is waited for longer than any other',
    ),
    row(
      86,
      'Two who leave, accept, withdraw, approve or end something at the same moment',
      'a partner keeps an owner, two people are two, and a link is moved once',
    ),
    row(
      87,
      'A file that is not what its name says, or a form that is made to be slow to read',
      'handed out as what it is; read as quickly as any other',
    ),
    row(
      88,
      'The id of a receiver of signals, in raw SQL',
      'no row of its stream; nothing signed, nothing sent elsewhere',
    ),
  ],
}

/** The attacks of capability A as numbered in its requirement, up to 82, and those that were thought of later. */
export const ATTACK_GROUPS: readonly AttackGroup[] = [
  REQUEST,
  CONSENT,
  TOKEN,
  EXCHANGE,
  RESOURCE,
  MANAGEMENT,
  AROUND,
]
