import './job-words.ts'
import { Modal, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { readBody } from '@liaison/client'
import type { Me } from '@liaison/client'
import { useDeferredValue, useEffect, useEffectEvent, useId, useRef, useState } from 'react'
import type { KeyboardEvent } from 'react'

import { formatDate } from '../platform/format.ts'
import { clientFor, useFrame } from '../platform/frame.ts'
import type { Frame } from '../platform/frame.ts'
import { placeToReturnTo } from '../platform/last-place.ts'
import { placesOf } from '../platform/me.ts'
import { useGo } from '../platform/navigate.tsx'
import { useRead } from '../platform/query.ts'
import { readRecents } from '../platform/recents.ts'
import { shownLinkStatus } from '../platform/status.ts'
import { t, tValue } from '../platform/words.ts'
import { actingPlaces } from '../places.ts'
import type { NavGroup } from '../platform/nav.ts'
import { actTargets } from './palette-acts.ts'
import { pastedTargets, useRegistryTargets } from './palette-finds.ts'
import type { Found, Target } from './palette-finds.ts'

function matches(label: string, typed: string): boolean {
  return typed === '' || label.toLocaleLowerCase().includes(typed.toLocaleLowerCase())
}

/** Addresses of the other places where this person has a part. */
function placeTargets(me: Me): Target[] {
  return placesOf(me).map(({ kind, name, to }) => ({
    id: to,
    label: name,
    note: t(`palette.place_${kind}`),
    to,
  }))
}

function useTenantTargets(frame: Frame, typed: string): Found {
  const search = useDeferredValue(typed)
  const isPartner = frame.partnerId !== ''
  const found = useRead(
    ['palette', search],
    () =>
      readBody(
        clientFor('').GET('/partner/context/tenants', { params: { query: search ? { search } : {} } }),
      ),
    { enabled: isPartner, keep: true },
  )
  const recent = search === '' ? readRecents() : []
  const order = new Map(recent.map((tenant, index) => [tenant.tenantId, index]))
  // Pinned ones come first, then those where the person was last.
  const rank = (tenant: { tenant_id: string; pinned: boolean }) =>
    search === '' && tenant.pinned ? -1 : (order.get(tenant.tenant_id) ?? recent.length)
  const isSettled = !isPartner || (search === typed && !found.isPending && !found.isPlaceholderData)
  const targets = (found.data?.items ?? [])
    .filter((tenant) => tenant.tenant_id !== frame.tenantId)
    // What was found for an earlier text stays only as far as the new one names it.
    .filter((tenant) => isSettled || matches(tenant.name, typed))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, 12)
    .map((tenant) => ({
      id: `t-${tenant.tenant_id}`,
      label: t('palette.act_in', { tenant: tenant.name }),
      note: tenant.pinned ? `${t('palette.pinned')} · ${tenantNote(tenant)}` : tenantNote(tenant),
      to: actingPlaces.summary(frame.partnerId, tenant.tenant_id),
    }))
  return { targets, isSettled }
}

function tenantNote(tenant: { access_role: string; link_status: string; ends_at: string | null }): string {
  const role = tValue('role', tenant.access_role)
  if (tenant.link_status !== 'active')
    return `${role} · ${tValue('status.link', shownLinkStatus(tenant.link_status, null))}`
  return tenant.ends_at === null ? role : t('palette.until', { role, date: formatDate(tenant.ends_at) })
}

function useTargets(nav: readonly NavGroup[], typed: string): Found {
  const frame = useFrame()
  const tenants = useTenantTargets(frame, typed)
  const registered = useRegistryTargets(frame, typed)
  const leave =
    frame.kind === 'acting'
      ? [
          {
            id: 'leave',
            label: t('bar.leave', { tenant: frame.tenantName }),
            note: t('palette.leave_note'),
            to: placeToReturnTo(frame.partnerId),
          },
        ]
      : []
  const pages = nav
    .flatMap((group) => group.entries)
    .map((entry) => ({ id: entry.to, label: entry.label, note: t('palette.page'), to: entry.to }))
  const places = placeTargets(frame.me).filter((place) => pages.every((page) => page.to !== place.to))
  const fixed = [...pages, ...places, ...actTargets(frame, nav)].filter((target) =>
    matches(target.label, typed),
  )
  return {
    targets: [
      ...pastedTargets(frame, typed),
      ...leave.filter((target) => matches(target.label, typed)),
      ...tenants.targets,
      ...fixed,
      ...registered.targets,
    ],
    isSettled: tenants.isSettled && registered.isSettled,
  }
}

/**
 * Goes to what is current. Enter behind a text whose answer is still on its way waits for it: what stands first until then
 * was found for another text, and may be another tenant.
 */
function usePick({ targets, isSettled }: Found, current: Target | undefined, onClose: () => void) {
  const [isAwaited, setIsAwaited] = useState(false)
  const go = useGo()
  const pick = (target: Target | undefined) => {
    if (target === undefined) return
    onClose()
    go(target.to)
  }
  const onSettled = useEffectEvent(() => pick(targets[0]))
  useEffect(() => {
    if (isAwaited && isSettled) onSettled()
  }, [isAwaited, isSettled])
  return {
    pick,
    pickCurrent: (isMovedTo: boolean) => {
      if (isSettled || isMovedTo) pick(current)
      else setIsAwaited(true)
    },
    cancel: () => setIsAwaited(false),
  }
}

type OptionsProps = {
  targets: readonly Target[]
  at: number
  listId: string
  onPick: (target: Target) => void
}

/** The found places. The cursor stays in the field; the field says which option is current (ARIA combobox). */
function Options({ targets, at, listId, onPick }: OptionsProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div ref={list} id={listId} role="listbox" aria-label={t('palette.results')} className="options">
      {targets.map((target, index) => (
        <div
          key={target.id}
          id={`${listId}-${String(index)}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          onClick={() => onPick(target)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onPick(target)
          }}
        >
          <span>{target.label}</span>
          <span className="muted small">{target.note}</span>
        </div>
      ))}
    </div>
  )
}

type FieldProps = {
  typed: string
  listId: string
  activeId: string | undefined
  onTyped: (typed: string) => void
  onKeyDown: (event: KeyboardEvent) => void
}

function Field({ typed, listId, activeId, onTyped, onKeyDown }: FieldProps) {
  return (
    <TextInput
      data-autofocus=""
      role="combobox"
      aria-expanded="true"
      aria-controls={listId}
      aria-activedescendant={activeId}
      aria-label={t('palette.label')}
      placeholder={t('palette.label')}
      autoComplete="off"
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      value={typed}
      onKeyDown={onKeyDown}
      onChange={(event) => onTyped(event.currentTarget.value)}
    />
  )
}

/** Go to a tenant, a page or another place, or begin something, by typing. Tenants come first; while acting, leaving comes first. */
export function Palette({ nav, onClose }: { nav: readonly NavGroup[]; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const found = useTargets(nav, typed.trim())
  const { targets } = found
  // What was moved to stays current where it is, whatever is found before it meanwhile.
  const at = Math.max(
    0,
    targets.findIndex(({ id }) => id === chosen),
  )
  const listId = useId()
  const { pick, pickCurrent, cancel } = usePick(found, targets[at], onClose)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setChosen(targets[(at + step + targets.length) % Math.max(1, targets.length)]?.id ?? null)
    if (step !== 0) cancel()
    if (event.key === 'Enter') pickCurrent(targets[at]?.id === chosen)
    if (step !== 0 || event.key === 'Enter') event.preventDefault()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      centered={false}
      yOffset="10vh"
      title={t('palette.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className="palette">
        <Field
          typed={typed}
          listId={listId}
          activeId={targets.length > 0 ? `${listId}-${String(at)}` : undefined}
          onKeyDown={onKeyDown}
          onTyped={(next) => {
            setTyped(next)
            setChosen(null)
            cancel()
          }}
        />
        <Options targets={targets} at={at} listId={listId} onPick={pick} />
        <p className="muted small" role="status">
          {t('palette.count', { count: targets.length })}
        </p>
      </div>
    </Modal>
  )
}
