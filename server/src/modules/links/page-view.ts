import {
  describeMask,
  encodeId,
  formatInstant,
  has,
  idFromUuid,
  newestRoleTemplate,
  ROLE_TITLES,
} from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html, HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import {
  button,
  choices,
  facts,
  hiddenField,
  notice,
  postForm,
  showPage,
  textArea,
  textField,
  tickBox,
} from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import type { LiveCounts } from './approval-store.ts'
import { smallerRoles } from './page-choice.ts'
import { screensOf } from './preview.ts'
import { maskOfTerms, sentencesOf } from './rules.ts'
import type { KnownLink } from './store.ts'

const NUMBER = new Intl.NumberFormat('en-GB')

/** What every page of one decision shows. */
export interface Decision {
  readonly mandate: Mandate<'tenant'>
  readonly row: KnownLink
  readonly terms: LinkTerms
}

function framed({ mandate }: Decision, errors: readonly FieldError[] = []) {
  return {
    frame: { kind: 'org' as const, name: mandate.tenant.name },
    signedInAs: mandate.actor.name,
    width: 'reading' as const,
    errors,
  }
}

/** The address of one of the pages of a decision. */
export function pathOf(
  { mandate, row }: Pick<Decision, 'mandate' | 'row'>,
  rest: '' | '/check' | '/done',
): string {
  return `/links/${encodeId('link', idFromUuid('link', row.id))}${rest}?org=${encodeId('tenant', mandate.tenant.id)}`
}

const PAYERS: Readonly<Record<KnownLink['billing_party'], (partner: string, tenant: string) => string>> = {
  tenant: (_partner, tenant) => `What they order goes on the bill of ${tenant}.`,
  partner: (partner) => `${partner} pays. Nothing goes on your bill.`,
  split: (partner, tenant) => `${partner} and ${tenant} share the cost as agreed between them.`,
}

function until(end: Date | null): string {
  return end === null
    ? 'Without an end, until you stop it.'
    : `Until ${formatInstant(end)}. Then it stops by itself.`
}

function askedFacts({ mandate, row, terms }: Decision): Html {
  const partner = row.partner_name ?? 'This partner'
  const promise =
    row.sla_response_hours === null
      ? 'No response time is promised.'
      : `First answer within ${row.sla_response_hours} hours.`
  return facts([
    [
      'Who',
      html`<b>${partner}</b>, working as ${ROLE_TITLES[terms.role]}. Only people whom ${partner} assigns, each
        by name.`,
    ],
    ...(row.via_partner_name === null
      ? []
      : ([
          [
            'Through',
            `${row.via_partner_name}. It sees the name, the state and the totals of this access, and opens nothing.`,
          ],
        ] as const)),
    ['How long', until(terms.ends_at)],
    ['Who pays', PAYERS[row.billing_party](partner, mandate.tenant.name)],
    ['What they promise', promise],
    [
      'Why, in their words',
      row.request_message === null ? 'They gave no reason.' : html`“${row.request_message}”`,
    ],
  ])
}

function countWords(counts: LiveCounts): string {
  const say = (count: number, one: string, many: string) =>
    `${NUMBER.format(count)} ${count === 1 ? one : many}`
  return [
    say(counts.subscribers, 'subscriber', 'subscribers'),
    say(counts.open_invoices, 'open invoice', 'open invoices'),
    say(counts.open_tickets, 'open ticket', 'open tickets'),
  ].join(', ')
}

function permissionTicks(terms: LinkTerms, now: Date): Html[] {
  return describeMask(maskOfTerms(terms, now))
    .filter(({ can }) => can.length > 0)
    .map(
      ({ title, can }) =>
        html`<fieldset>
          <legend>${title}</legend>
          ${can.map(({ name, sentence, spends }) => tickBox({ name: 'allow', id: `allow-${name}`, value: name, label: sentence, isTicked: true, ...(spends && { hint: 'Costs money' }) }))}
        </fieldset>`,
    )
}

/** What an auditor of the whole organisation is shown besides (access.tenant_of_history): whoever lets one in reads it here. */
function shownToAuditors(terms: LinkTerms, now: Date): string[] {
  const isAuditor = terms.role === 'auditor' && terms.relationship_type === 'audit_only'
  const isShown = isAuditor && has(maskOfTerms(terms, now), 'partner.audit.read')
  return isShown ? ['See who else has access, and who had it on any date'] : []
}

/** The screens that open with what was asked, so that the reader pictures it. */
function screenList({ mandate, terms }: Decision): Html {
  const { now } = mandate.origin
  const screens = screensOf(maskOfTerms(terms, now))
  return html`<p>On screen they would see: ${screens.map(({ title }) => title).join(', ')}.</p>
    ${shownToAuditors(terms, now).map((sentence) => html`<p>As your auditor they can also: ${sentence}.</p>`)}`
}

function cannotList(terms: LinkTerms, now: Date): Html {
  const { cannot } = sentencesOf(maskOfTerms(terms, now))
  const always = [
    'See or change your users, passwords or payment method',
    'Pass this access on',
    'Change what they may do',
  ]
  return html`<ul>
    ${[...cannot, ...always].map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`
}

function conditionFields({ terms }: Decision, errors: readonly FieldError[]): Html {
  const { conditions } = terms
  return html`<fieldset>
      <legend>Ask more of them</legend>
      ${tickBox({ name: 'reason_required', label: 'A reason each time they come in', isTicked: conditions.read_reason_required })}
      ${tickBox({ name: 'fresh_factor', label: 'A second sign-in step within the last hour', isTicked: conditions.mfa_max_age_s !== null })}
      ${tickBox({ name: 'passkey', label: 'A passkey, not a code', isTicked: conditions.phishing_resistant })}
    </fieldset>
    ${textArea({ name: 'ip_allow', label: 'Only from these networks', hint: 'Addresses or ranges such as 192.0.2.0/24, one a line. Leave empty to allow any.', value: conditions.ip_mode === 'enforce' ? conditions.ip_allow.join('\n') : '', isOptional: true, maxLength: 4000 }, errors)}`
}

/** What a smaller role leaves out of the one that was asked for. */
function lossOf(terms: LinkTerms, role: LinkTerms['role']): string {
  const asked = newestRoleTemplate(terms.role).defaults
  const lost = sentencesOf(asked & ~newestRoleTemplate(role).defaults).can
  const more = lost.length > 4 ? `, and ${lost.length - 4} more` : ''
  return `Without: ${lost.slice(0, 4).join(' · ')}${more}`
}

function roleChoice(terms: LinkTerms): Html {
  return choices({
    name: 'access_role',
    legend: 'Role',
    chosen: terms.role,
    options: smallerRoles(terms).map((role) =>
      role === terms.role
        ? { value: role, label: `${ROLE_TITLES[role]}, as asked` }
        : { value: role, label: ROLE_TITLES[role], hint: lossOf(terms, role) },
    ),
  })
}

function lastDayOf(end: Date | null): string {
  return end === null ? '' : new Date(end.getTime() - 1).toISOString().slice(0, 10)
}

/** The review: who asks, for what, until when, who pays; and what the tenant may take away. */
export function reviewPage(
  decision: Decision,
  more: {
    counts: LiveCounts
    token: string
    mayApprove: boolean
    firstApprover: string | null
    errors: readonly FieldError[]
  },
): HtmlPage {
  const { mandate, row, terms } = decision
  const { now } = mandate.origin
  const partner = row.partner_name ?? 'this partner'
  const form = html`${hiddenField('snapshot_token', more.token)} ${roleChoice(terms)}
    <h2>What they can do</h2>
    <p>Today this opens ${countWords(more.counts)}. Take away what they do not need.</p>
    ${permissionTicks(terms, now)} ${screenList(decision)}
    ${textField({ name: 'ends_on', label: 'Last day', hint: 'You can choose an earlier day than asked.', type: 'date', value: lastDayOf(terms.ends_at), isOptional: true, look: 'short' }, more.errors)}
    ${conditionFields(decision, more.errors)}
    <h2>What they cannot do</h2>
    ${cannotList(terms, now)}
    <div class="buttons">${button('Continue')}</div>`
  const stepUp = html`<p>Confirm that it is you before you decide.</p>
    <p>
      <a class="button main" href="/step-up?return_to=${encodeURIComponent(pathOf(decision, ''))}"
        >Confirm it is you</a
      >
    </p>`
  const body = html`${askedFacts(decision)}
  ${more.firstApprover !== null && notice('info', html`<p>${more.firstApprover} has approved this. Your organisation asks for two people; you would be the second.</p>`)}
  ${more.mayApprove ? postForm(pathOf(decision, '/check'), form) : stepUp} ${declineForm(decision)}`
  return showPage(
    `Let ${partner} work on ${mandate.tenant.name}'s account?`,
    body,
    framed(decision, more.errors),
  )
}

function declineForm(decision: Decision): Html {
  return postForm(
    pathOf(decision, '/done'),
    html`${hiddenField('decision', 'decline')}${button("Don't allow", 'plain')}`,
  )
}

/** The last look: sentences only, no inputs; then yes or no. */
export function checkPage(
  decision: Decision,
  after: LinkTerms,
  carried: { token: string; choice: string },
): HtmlPage {
  const { mandate, row } = decision
  const partner = row.partner_name ?? 'This partner'
  const { can, cannot } = sentencesOf(maskOfTerms(after, mandate.origin.now))
  const list = (sentences: readonly string[]) =>
    html`<ul>
      ${sentences.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`
  const body = html`<section>
      <h2>${partner} can</h2>
      ${list([...can, ...shownToAuditors(after, mandate.origin.now)])}
    </section>
    <section>
      <h2>${partner} cannot</h2>
      ${list(cannot)}
    </section>
    ${facts([
      ['Role', ROLE_TITLES[after.role]],
      ['How long', until(after.ends_at)],
      ['Who pays', PAYERS[row.billing_party](partner, mandate.tenant.name)],
      ['Who sees it', `You see everything that ${partner} does here, by person.`],
    ])}
    <p>You can stop this any time: Home, then Partner access. <a href="${pathOf(decision, '')}">Change</a></p>
    <div class="buttons">
      ${declineForm(decision)}${postForm(pathOf(decision, '/done'), html`${hiddenField('decision', 'allow')}${hiddenField('snapshot_token', carried.token)}${hiddenField('choice', carried.choice)}${button(`Allow ${partner}`)}`)}
    </div>`
  return showPage('Check before you allow', body, framed(decision))
}

const TITLES: Readonly<Partial<Record<KnownLink['status'], (partner: string) => string>>> = {
  requested: () => 'Waiting for a second person',
  approved: (partner) => `${partner} will have access`,
  active: (partner) => `${partner} now has access`,
  declined: (partner) => `${partner} has no access`,
}

/** The receipt: what was decided, by whom, until when, and how to stop it. */
export function donePage(decision: Decision): HtmlPage {
  const { mandate, row, terms } = decision
  const partner = row.partner_name ?? 'This partner'
  const title = TITLES[row.status]?.(partner) ?? `The access of ${partner} is ${row.status}`
  const place = `/org/${encodeId('tenant', mandate.tenant.id)}/access`
  const id = encodeId('link', idFromUuid('link', row.id))
  const opened = row.status === 'active' || row.status === 'approved'
  const body = html`${
      opened
        ? html`${facts([
              [
                'What',
                html`<ul>
                  ${sentencesOf(maskOfTerms(terms, mandate.origin.now)).can.map((sentence) => html`<li>${sentence}</li>`)}
                </ul>`,
              ],
              ['How long', until(terms.ends_at)],
              ['Decided by', row.approved_by_name ?? '–'],
              ['Reference', html`<code>${id}</code>`],
            ])}
            <p>Print or save this page. A mail with the same goes to both sides.</p>`
        : html`<p>Nothing is shared. Reference <code>${id}</code>.</p>`
    }
    <p><a class="button" href="${place}">See it in Partner access</a></p>`
  return showPage(title, body, framed(decision))
}
