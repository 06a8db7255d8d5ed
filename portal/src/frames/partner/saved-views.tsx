import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/sdk'
import type { SavedView } from '@liaison/sdk'
import { useEffect, useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { parseSearch, stringifySearch } from '../../platform/filters.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, usePathname, useSearchText } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** What of an address is no part of a view: the page, and what is open beside the list. */
const passing: ReadonlySet<string> = new Set(['page', 'tenant'])

function toFilters(searchText: string): Record<string, string> {
  const entries = Object.entries(parseSearch(searchText)).filter(([name]) => !passing.has(name))
  return Object.fromEntries(entries)
}

function isShown(view: SavedView, filters: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(view.settings.filters), ...Object.keys(filters)])
  return [...names].every((name) => view.settings.filters[name] === filters[name])
}

function SaveView({ filters, onClose }: { filters: Record<string, string>; onClose: () => void }) {
  const [name, setName] = useState('')
  const [isDefault, setDefault] = useState(false)
  const write = useWrite(
    (_: null, { client }) =>
      readBody(
        client.POST('/partner/saved-views', {
          body: {
            screen: 'board',
            name: name.trim(),
            settings: { filters, columns: [], sort: null },
            is_default: isDefault,
          },
        }),
      ),
    (view) => {
      showToast(t('board.view_saved', { view: view.name }))
      onClose()
    },
  )
  return (
    <Ask
      opened
      title={t('board.save_view')}
      act={t('board.save_view')}
      keep={t('board.view_keep')}
      isBusy={write.isPending}
      error={write.error}
      onKeep={onClose}
      onAct={() => write.mutate(null)}
    >
      <div className="stack tight">
        <p className="muted">{t('board.view_about')}</p>
        <TextInput
          id="name"
          label={t('board.view_name')}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          label={t('board.view_default')}
          checked={isDefault}
          onChange={(event) => setDefault(event.currentTarget.checked)}
        />
      </div>
    </Ask>
  )
}

let hasBegun = false

/** The board begins with the person's default view, once, unless the address says something else. */
function useDefaultView(views: readonly SavedView[] | undefined, isPlain: boolean): void {
  const go = useGo()
  const path = usePathname()
  const wanted = views?.find((view) => view.is_default)
  const begins = wanted !== undefined && isPlain && !hasBegun
  useEffect(() => {
    if (views === undefined) return
    hasBegun = true
    if (begins) go(path + stringifySearch(wanted.settings.filters), { replace: true })
  }, [views, begins, wanted, go, path])
}

type ViewSelectProps = { items: readonly SavedView[]; shown: SavedView | undefined }

function ViewSelect({ items, shown }: ViewSelectProps) {
  const go = useGo()
  const path = usePathname()
  return (
    <NativeSelect
      className="pick"
      label={t('board.views')}
      value={shown?.view_id ?? ''}
      onChange={(event) => {
        const view = items.find((one) => one.view_id === event.currentTarget.value)
        go(path + stringifySearch(view?.settings.filters ?? {}), { replace: true })
      }}
    >
      <option value="">{t('board.no_view')}</option>
      {items.map((view) => (
        <option key={view.view_id} value={view.view_id}>
          {view.name}
        </option>
      ))}
    </NativeSelect>
  )
}

/** The person's own views of the board: choosing one, keeping the present one, deleting one. */
export function SavedViews() {
  const filters = toFilters(useSearchText())
  const [isSaving, setSaving] = useState(false)
  const query = { screen: 'board' as const }
  const views = useRead(['saved-views', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/saved-views', { params: { query }, signal })),
  )
  const items = views.data?.items ?? []
  const isPlain = Object.keys(filters).length === 0
  useDefaultView(views.data?.items, isPlain)
  const shown = isPlain ? undefined : items.find((view) => isShown(view, filters))
  const drop = useWrite(
    (view: SavedView, { client }) =>
      readBody(
        client.DELETE('/partner/saved-views/{view_id}', { params: { path: { view_id: view.view_id } } }),
      ),
    (_, view) => showToast(t('board.view_dropped', { view: view.name })),
  )
  return (
    <div className="view-pick">
      {items.length > 0 && <ViewSelect items={items} shown={shown} />}
      {shown && (
        <button type="button" className="row-tool clear" onClick={() => drop.mutate(shown)}>
          {t('board.drop_view')}
        </button>
      )}
      {!isPlain && !shown && (
        <button type="button" className="row-tool clear" onClick={() => setSaving(true)}>
          {t('board.save_view')}…
        </button>
      )}
      {isSaving && <SaveView filters={filters} onClose={() => setSaving(false)} />}
    </div>
  )
}
