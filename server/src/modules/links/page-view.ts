import { BILLING_PARTIES, billingOf, describeMask, encodeId, has, newestRoleTemplate } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeCount, writeDay, writeInstant } from '#platform/words/instant-words.ts'
import type { Counted } from '#platform/words/instant-words.ts'
import { readableName } from '#platform/words/names.ts'
import type { Reading } from '#platform/words/language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { withLanguage } from '#platform/words/page-language.ts'
import {
  button,
  choices,
  facts,
  hiddenField,
  inLanguages,
  notice,
  postForm,
  showPage,
  stopByTelephone,
  textArea,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { partyFacts, partyNotice } from './asking-party.ts'
import type { AskingParty } from './asking-party.ts'
import type { CodeRow } from './invitation-code-store.ts'
import type { LiveCounts } from './approval-store.ts'
import { conditionLines } from './condition-lines.ts'
import { LONGEST_RANGES, offeredBy, smallerRoles, standingOf } from './page-choice.ts'
import type { ReviewInput, Standing } from './page-choice.ts'
import { screensOf } from './preview.ts'
import { maskOfTerms, sentencesOf } from './rules.ts'
import type { KnownLink } from './store.ts'
import { waitsFor } from './view.ts'
import { LINK_WORDS } from './words/index.ts'
import type { LinkWords } from './words/index.ts'

/** What every page of one decision shows. */
export interface Decision {
  readonly mandate: Mandate<'tenant'>
  readonly reading: Reading
  readonly row: KnownLink
  readonly terms: LinkTerms
  readonly party: AskingParty
  /** The invitation code that the partner asked with; undefined where it asked otherwise. */
  readonly invitation: CodeRow | undefined
  /** Whom the partner lets come in, in words. */
  readonly people: Html
}

const wordsOf = ({ reading }: Pick<Decision, 'reading'>): LinkWords => LINK_WORDS[reading.language]

const partnerOf = (decision: Decision): string =>
  readableName(decision.row.partner_name ?? '', wordsOf(decision).nameless)

const oddNameOf = ({ party, mandate, reading }: Decision): Html =>
  partyNotice({ party, tenant: mandate.tenant.name, language: reading.language })

function framed(decision: Decision, rest: '' | '/done', errors: readonly FieldError[] = []) {
  const { mandate, reading } = decision
  return {
    ...inLanguages(reading, pathOf(decision, rest)),
    frame: { kind: 'org' as const, name: mandate.tenant.name },
    signedInAs: mandate.actor.name,
    width: 'reading' as const,
    errors,
  }
}

/** The address of one of the pages of a decision. */
export function pathOf(
  { mandate, row, reading }: Pick<Decision, 'mandate' | 'row' | 'reading'>,
  rest: '' | '/check' | '/done',
): string {
  const id = publicIdOf('link', row.id)
  return withLanguage(`/links/${id}${rest}?org=${encodeId('tenant', mandate.tenant.id)}`, reading.chosen)
}

function until({ reading }: Decision, end: Date | null): string {
  const words = LINK_WORDS[reading.language]
  return end === null ? words.endless : words.until(writeInstant(end, reading.language))
}

const USED = ['api_calls', 'seats', 'exports'] as const

/** Who pays for what: one sentence for orders, and one for each party that pays for something of what the partner uses. */
function payer(decision: Decision): string {
  const { terms, mandate } = decision
  const { payer: whole, pays } = wordsOf(decision)
  const [partner, tenant] = [partnerOf(decision), mandate.tenant.name]
  const parties = billingOf(terms.billing_parties)
  if (Object.values(parties).every((party) => party === 'partner')) return whole.partner(partner, tenant)
  const orders =
    parties.services === 'partner' ? pays.orders(partner) : whole[parties.services](partner, tenant)
  const used = BILLING_PARTIES.flatMap((party) => {
    const what = USED.filter((kind) => parties[kind] === party).map((kind) => pays[kind])
    return what.length === 0 ? [] : [pays.used[party](what.join(', '), partner, tenant)]
  })
  return [orders, ...used].join(' ')
}

function promise(decision: Decision): string {
  const { asked, hours } = wordsOf(decision)
  const { sla_response_hours: count } = decision.row
  return count === null
    ? asked.noPromise
    : asked.answerWithin(writeCount(count, hours, decision.reading.language))
}

/** By whose word the partner asks, where somebody of the own organisation gave it a code. */
function invitationFact(decision: Decision): readonly (readonly [string, string])[] {
  const { invitation, reading } = decision
  if (!invitation) return []
  const { asked } = wordsOf(decision)
  const { hint, note, made_by_name: maker, made_at: madeAt } = invitation
  const code = note === null ? `${hint}…` : `${hint}… (${note})`
  return [[asked.invitation, asked.invitationLine(code, maker, writeDay(madeAt, reading.language))]]
}

function askedFacts(decision: Decision): Html {
  const { row, terms } = decision
  const { asked, roles } = wordsOf(decision)
  const partner = partnerOf(decision)
  const offered = conditionLines(terms.conditions, decision.reading.language)
  return facts([
    [asked.who, asked.works(html`<b><bdi>${partner}</bdi></b>`, roles[terms.role], partner)],
    ...partyFacts({ party: decision.party, language: decision.reading.language }),
    [asked.people, decision.people],
    ...invitationFact(decision),
    ...(row.via_partner_name === null
      ? []
      : ([[asked.through, asked.throughLine(row.via_partner_name)]] as const)),
    [asked.long, until(decision, terms.ends_at)],
    [asked.pays, payer(decision)],
    ...(offered.length > 0 ? [[asked.offers, list(offered)] as const] : []),
    [asked.promise, promise(decision)],
    [asked.why, row.request_message === null ? asked.noReason : asked.quoted(row.request_message)],
  ])
}

/** What there is today of what the terms open, so that nobody reads of invoices that stay closed; nothing where they open none of it. */
function countWords(counts: LiveCounts, decision: Decision): string {
  const { mandate, terms, reading } = decision
  const { subscribers, openInvoices, openTickets } = wordsOf(decision)
  const opened = describeMask(maskOfTerms(terms, mandate.origin.now)).flatMap(({ can }) =>
    can.map(({ name }) => name),
  )
  const of = (area: string, count: number, words: Counted) =>
    opened.some((name) => name.startsWith(area)) ? [writeCount(count, words, reading.language)] : []
  return [
    ...of('partner.provisioning.subscribers.', counts.subscribers, subscribers),
    ...of('partner.billing.invoices.', counts.open_invoices, openInvoices),
    ...of('partner.support.tickets.', counts.open_tickets, openTickets),
  ].join(', ')
}

function permissionTicks(decision: Decision, { isAllowed }: Standing): Html[] {
  const { mandate, terms } = decision
  const { areas, permissions, choose } = wordsOf(decision)
  return describeMask(maskOfTerms(terms, mandate.origin.now))
    .filter(({ can }) => can.length > 0)
    .map(
      ({ area, title, can }) =>
        html`<fieldset>
          <legend>${areas[area] ?? title}</legend>
          ${can.map(({ name, sentence, spends }) => tickBox({ name: 'allow', id: `allow-${name}`, value: name, label: permissions[name] ?? sentence, isTicked: isAllowed(name), ...(spends && { hint: choose.costs }) }))}
        </fieldset>`,
    )
}

/** What an auditor of the whole organisation is shown besides (access.tenant_of_history): whoever lets one in reads it here. */
function shownToAuditors(terms: LinkTerms, { mandate, reading }: Decision): string[] {
  const isAuditor = terms.role === 'auditor' && terms.relationship_type === 'audit_only'
  const isShown = isAuditor && has(maskOfTerms(terms, mandate.origin.now), 'partner.audit.read')
  return isShown ? [LINK_WORDS[reading.language].choose.history] : []
}

/** The screens that open with what was asked, so that the reader pictures it. */
function screenList(decision: Decision): Html {
  const { mandate, terms } = decision
  const { screens: titles, choose } = wordsOf(decision)
  const named: Readonly<Record<string, string>> = titles
  const screens = screensOf(maskOfTerms(terms, mandate.origin.now))
  return html`<p>${choose.screens(screens.map(({ path, title }) => named[path] ?? title).join(', '))}</p>
    ${shownToAuditors(terms, decision).map((sentence) => html`<p>${choose.auditor(sentence)}</p>`)}`
}

const list = (sentences: readonly string[]): Html =>
  html`<ul>
    ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`

function cannotList(decision: Decision): Html {
  const { mandate, terms } = decision
  const words = wordsOf(decision)
  const { cannot } = sentencesOf(maskOfTerms(terms, mandate.origin.now), words)
  return list([...cannot, ...words.choose.never])
}

function conditionFields(decision: Decision, standing: Standing, errors: readonly FieldError[]): Html {
  const { choose } = wordsOf(decision)
  const offered = offeredBy(decision.terms)
  const ticks = [
    ...(offered.reason
      ? []
      : [{ name: 'reason_required', label: choose.reason, isTicked: standing.asksReason }]),
    ...(offered.freshFactor
      ? []
      : [{ name: 'fresh_factor', label: choose.fresh, isTicked: standing.asksFactor }]),
    ...(offered.passkey ? [] : [{ name: 'passkey', label: choose.passkey, isTicked: standing.asksPasskey }]),
  ]
  const hint = offered.networks ? choose.networksOffered : choose.networksHint
  return html`${
    ticks.length > 0 &&
    html`<fieldset>
      <legend>${choose.conditions}</legend>
      ${ticks.map(tickBox)}
    </fieldset>`
  }
  ${textArea({ name: 'ip_allow', label: choose.networks, hint, value: standing.networks, isOptional: true, maxLength: LONGEST_RANGES }, errors)}`
}

/** What a smaller role leaves out of the one that was asked for. */
function lossOf(terms: LinkTerms, role: LinkTerms['role'], words: LinkWords): string {
  const asked = newestRoleTemplate(terms.role).defaults
  const lost = sentencesOf(asked & ~newestRoleTemplate(role).defaults, words).can
  const some = lost.slice(0, 4).join(' · ')
  return lost.length > 4 ? words.choose.withoutMore(some, lost.length - 4) : words.choose.without(some)
}

function roleChoice(decision: Decision, chosen: Standing['role']): Html {
  const { terms } = decision
  const words = wordsOf(decision)
  const { choose, roles } = words
  return choices({
    name: 'access_role',
    legend: choose.role,
    chosen,
    options: smallerRoles(terms).map((role) =>
      role === terms.role
        ? { value: role, label: choose.roleAsAsked(roles[role]) }
        : { value: role, label: roles[role], hint: lossOf(terms, role, words) },
    ),
  })
}

interface Reviewing {
  readonly counts: LiveCounts
  readonly token: string
  readonly mayApprove: boolean
  readonly first: { readonly name: string; readonly counts: boolean } | null
  /** What was sent and could not be taken, and why. */
  readonly sent: ReviewInput | null
  readonly errors: readonly FieldError[]
}

function reviewForm(decision: Decision, { token, counts, sent, errors }: Reviewing): Html {
  const standing = standingOf(decision.terms, sent)
  const { choose } = wordsOf(decision)
  const lastDay = {
    name: 'ends_on',
    label: choose.lastDay,
    hint: choose.lastDayHint,
    type: 'date',
    value: standing.lastDay,
    isOptional: true,
    look: 'short',
  } as const
  return html`${hiddenField('snapshot_token', token)} ${roleChoice(decision, standing.role)}
    <h2>${choose.can}</h2>
    <p>${choose.opens(countWords(counts, decision))}</p>
    ${permissionTicks(decision, standing)} ${screenList(decision)} ${textField(lastDay, errors)}
    ${conditionFields(decision, standing, errors)}
    <h2>${choose.cannot}</h2>
    ${cannotList(decision)}
    <div class="buttons">${button(choose.goOn)}</div>`
}

/** The review: who asks, for what, until when, who pays; and what the tenant may take away. */
export function reviewPage(decision: Decision, more: Reviewing): HtmlPage {
  const words = wordsOf(decision)
  const { choose } = words
  const stepUp = html`<p>${choose.confirm}</p>
    <p>
      <a class="button main" href="/step-up?return_to=${encodeURIComponent(pathOf(decision, ''))}"
        >${choose.confirmButton}</a
      >
    </p>`
  const body = html`${oddNameOf(decision)} ${askedFacts(decision)}
  ${more.first && notice('info', html`<p>${choose[more.first.counts ? 'second' : 'firstGone'](more.first.name)}</p>`)}
  ${more.mayApprove ? postForm(pathOf(decision, '/check'), reviewForm(decision, more)) : stepUp}
  ${declineForm(decision)}`
  return showPage(
    words.title(partnerOf(decision), decision.mandate.tenant.name),
    body,
    framed(decision, '', more.errors),
  )
}

function declineForm(decision: Decision): Html {
  return postForm(
    pathOf(decision, '/done'),
    html`${hiddenField('decision', 'decline')}${button(wordsOf(decision).choose.decline, 'plain')}`,
  )
}

/** The last look: sentences only, no inputs; then yes or no. In another language it is chosen anew. */
export function checkPage(
  decision: Decision,
  after: LinkTerms,
  carried: { token: string; choice: string; phone: string | undefined },
): HtmlPage {
  const words = wordsOf(decision)
  const { check, choose, asked } = words
  const partner = partnerOf(decision)
  const { can, cannot } = sentencesOf(maskOfTerms(after, decision.mandate.origin.now), words)
  const conditions = conditionLines(after.conditions, decision.reading.language)
  const allow = html`${hiddenField('decision', 'allow')}${hiddenField('snapshot_token', carried.token)}${hiddenField('choice', carried.choice)}${button(check.allow(partner))}`
  const body = html`${oddNameOf(decision)}
    <section>
      <h2>${check.can(partner)}</h2>
      ${list([...can, ...shownToAuditors(after, decision)])}
    </section>
    <section>
      <h2>${check.cannot(partner)}</h2>
      ${list(cannot)}
    </section>
    ${facts([
      ...partyFacts({ party: decision.party, language: decision.reading.language }),
      [asked.people, decision.people],
      [choose.role, words.roles[after.role]],
      [asked.long, until(decision, after.ends_at)],
      [asked.pays, payer(decision)],
      [asked.promise, promise(decision)],
      ...(conditions.length > 0 ? [[choose.conditions, list(conditions)] as const] : []),
      [check.sees, check.seesAll(partner)],
    ])}
    <p>
      ${check.stop}${stopByTelephone(carried.phone, decision.reading.language)}
      <a href="${pathOf(decision, '')}">${check.change}</a>
    </p>
    <div class="buttons">${declineForm(decision)}${postForm(pathOf(decision, '/done'), allow)}</div>`
  return showPage(check.title, body, framed(decision, ''))
}

/** When an access begins that was allowed and has not begun. */
function beginning(decision: Decision): [string, string][] {
  const { mandate, reading, row } = decision
  const { done } = wordsOf(decision)
  switch (waitsFor(row, mandate.origin.now)) {
    case 'start': {
      return [[done.begins, writeInstant(row.starts_at, reading.language)]]
    }
    case 'second_factor': {
      return [[done.begins, done.secondFactor(partnerOf(decision))]]
    }
    case null: {
      return []
    }
  }
}

/** The receipt: what was decided, by whom, until when, and how to stop it. */
export function donePage(decision: Decision): HtmlPage {
  const { mandate, row, terms } = decision
  const words = wordsOf(decision)
  const { done } = words
  const place = `/org/${encodeId('tenant', mandate.tenant.id)}/access`
  const reference = html`<code>${publicIdOf('link', row.id)}</code>`
  const opened = row.status === 'active' || row.status === 'approved'
  const body = html`${
      opened
        ? html`${facts([
              [done.what, list(sentencesOf(maskOfTerms(terms, mandate.origin.now), words).can)],
              ...beginning(decision),
              [done.long, until(decision, terms.ends_at)],
              [done.by, row.approved_by_name ?? '–'],
              [done.reference, reference],
            ])}
            <p>${done.mailed}</p>`
        : html`${
              row.status === 'requested' &&
              html`<p>
                ${done.waiting(mandate.tenant.name, writeInstant(row.request_expires_at, decision.reading.language))}
              </p>`
            }
            <p>${done.nothing(reference)}</p>`
    }
    <p><a class="button" href="${place}">${done.see}</a></p>`
  return showPage(done.titles[row.status](partnerOf(decision)), body, framed(decision, '/done'))
}
