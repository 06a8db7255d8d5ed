import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { button, hiddenField, textField, tickBox } from '#platform/pages/index.ts'
import type { FieldError } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { messageOf } from './page-parts.ts'
import type { Ticked } from './page-parts.ts'
import type { OwnAccount } from './request-store.ts'
import { payerSentence } from './rules.ts'
import { ALL_ACCOUNTS, FEW_ACCOUNTS, offersAll, sharableAccounts, unavailableBecause } from './scene.ts'
import type { Scene } from './scene.ts'

/** How many accounts are shown at once besides those that are chosen. */
const MOST_SHOWN = 100

export const idOfAccount = (id: string): string => publicIdOf('billing_account', id)

/** Text as people look for it: without case, accents and double spaces. */
function folded(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** Whether each word of what is looked for stands in the name or the number of an account. */
function matchesAccount({ name, ban }: Pick<OwnAccount, 'name' | 'ban'>, find: string): boolean {
  const text = folded(`${name} ${ban}`)
  return folded(find)
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function isHinted({ request }: Scene, { ban }: OwnAccount): boolean {
  return request.customer_hint !== null && request.customer_hint === ban
}

/** The accounts that the consent which is to be changed holds. */
function sharedOf({ before }: Scene): ReadonlySet<string> {
  return new Set(before?.card.accounts.map(({ id }) => id))
}

function hintOf(scene: Scene, account: OwnAccount, shared: ReadonlySet<string>): string {
  const { mandate, partner, words } = scene
  return [
    words.accounts.ban(account.ban),
    payerSentence(account, mandate.tenant.id, words),
    ...(isHinted(scene, account) ? [words.accounts.suggested(partner.name)] : []),
    ...(shared.has(account.id) ? [words.accounts.shared] : []),
  ].join(' ')
}

/** The accounts of a long list that are shown: those that are chosen, and what is looked for; else the suggested and the shared ones first. */
function shownAccounts(
  scene: Scene,
  open: readonly OwnAccount[],
  { accounts, find }: Pick<Ticked, 'accounts' | 'find'>,
) {
  const found = open.filter((account) => matchesAccount(account, find))
  const shared = sharedOf(scene)
  const isNear = (account: OwnAccount) => isHinted(scene, account) || shared.has(account.id)
  const first = [...found.filter(isNear), ...found.filter((account) => !isNear(account))].slice(0, MOST_SHOWN)
  const shown = new Set(first.map(({ id }) => id))
  return {
    found: found.length,
    cut: found.length - first.length,
    boxes: [...open.filter(({ id }) => accounts.has(id) && !shown.has(id)), ...first],
  }
}

/** Looks for accounts by name or number. Whoever presses Enter in it looks, and in any other field goes on. */
function finder(scene: Scene, find: string, found: ReturnType<typeof shownAccounts>): Html {
  const { accounts } = scene.words
  const said = [
    ...(find === ''
      ? []
      : [found.found === 0 ? accounts.foundNone(find) : accounts.found(found.found, find)]),
    ...(found.cut > 0 ? [accounts.cut(found.found - found.cut)] : []),
  ].join(' ')
  const field = textField({
    name: 'find',
    // Where no box is there to be led to, what is amiss with the accounts leads here.
    id: found.boxes.length === 0 && !offersAll(scene) ? 'account' : 'find',
    label: accounts.find,
    value: find,
    maxLength: 100,
    isOptional: true,
  })
  return html`<button class="skip" name="next" value="enter" tabindex="-1" aria-hidden="true">
      ${scene.words.buttons.goOn}</button
    >${find !== '' && hiddenField('found', find)}${field}
    <div class="buttons">
      ${button(accounts.findButton, 'small', { name: 'next', value: 'find' })}${find !== '' && button(accounts.showAll, 'small', { name: 'next', value: 'all' })}
    </div>
    ${said !== '' && html`<p id="said" tabindex="-1" ${find !== '' && html` autofocus`}>${said}</p>`}`
}

/** The accounts to choose from: none chosen beforehand, and those that cannot be shared with the reason. */
export function accountTicks(scene: Scene, ticked: Ticked | null, errors: readonly FieldError[]): Html {
  const { words } = scene
  const { accounts = new Set<string>(), find = '' } = ticked ?? {}
  const open = sharableAccounts(scene)
  const shut = scene.accounts.flatMap((account) => {
    const why = unavailableBecause(account, words)
    return why === null || !matchesAccount(account, find)
      ? []
      : [words.accounts.shut(account.name, account.ban, why)]
  })
  const isLong = open.length > FEW_ACCOUNTS
  const shown = shownAccounts(scene, open, { accounts, find })
  const shared = sharedOf(scene)
  const hasAll = offersAll(scene)
  const allBox = tickBox({
    name: 'account',
    value: ALL_ACCOUNTS,
    label: words.accounts.all(open.length, scene.mandate.tenant.name),
    hint: words.accounts.allHint,
  })
  const boxes = shown.boxes.map((account, index) =>
    tickBox({
      name: 'account',
      id: index === 0 && !hasAll ? 'account' : `account-${index}`,
      value: idOfAccount(account.id),
      label: account.name,
      hint: hintOf(scene, account, shared),
      isTicked: accounts.has(account.id),
    }),
  )
  const more = shut.length > MOST_SHOWN ? [words.accounts.moreShut(shut.length - MOST_SHOWN)] : []
  return html`<fieldset>
    <legend><h2>${words.accounts.title}</h2></legend>
    ${open.length > 0 && html`<p class="hint">${words.accounts.hint}</p>`}
    ${messageOf(errors, 'account')}${hasAll && allBox}${isLong && finder(scene, find, shown)}${boxes}
    ${[...shut.slice(0, MOST_SHOWN), ...more].map((line) => html`<p class="small muted">${line}</p>`)}
  </fieldset>`
}
