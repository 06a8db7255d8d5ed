import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { SavedView } from '@liaison/client'
import { useEffect, useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { parseSearch, stringifySearch } from '../../platform/filters.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, usePathname, useSearchText } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { columnIds, columnText } from './columns.ts'

type Screen = SavedView['screen']
type Settings = Pick<SavedView['settings'], 'filters' | 'columns'>

/** What of an address is no part of a view: the page, and what is open beside the list. */
const passing: ReadonlySet<string> = new Set(['page', 'tenant', 'invoice'])

/** What an address says of how a list is looked at: its filters and order, and its columns. */
function toSettings(searchText: string): Settings {
  const { cols, ...search } = parseSearch(searchText)
  const entries = Object.entries(search).filter(([name]) => !passing.has(name))
  return { filters: Object.fromEntries(entries), columns: columnIds(cols ?? '') }
}

function toSearch({ filters, columns }: Settings): string {
  return stringifySearch({ ...filters, ...(columns.length === 0 ? {} : { cols: columnText(columns) }) })
}

function isShown({ settings }: SavedView, present: Settings): boolean {
  const names = new Set([...Object.keys(settings.filters), ...Object.keys(present.filters)])
  return (
    columnText(settings.columns) === columnText(present.columns) &&
    [...names].every((name) => settings.filters[name] === present.filters[name])
  )
}

type SaveViewProps = { screen: Screen; settings: Settings; onClose: () => void }

function SaveView({ screen, settings, onClose }: SaveViewProps) {
  const [name, setName] = useState('')
  const [isDefault, setDefault] = useState(false)
  const write = useWrite(
    (_: null, { client }) =>
      readBody(
        client.POST('/partner/saved-views', {
          body: {
            screen,
            name: name.trim(),
            settings: { ...settings, sort: null },
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

const begun = new Set<Screen>()

type Beginning = { screen: Screen; views: readonly SavedView[] | undefined; isPlain: boolean }

/** A list begins with the person's default view of it, once, unless the address says something else. */
function useDefaultView({ screen, views, isPlain }: Beginning): void {
  const go = useGo()
  const path = usePathname()
  const wanted = views?.find((view) => view.is_default)
  const begins = wanted !== undefined && isPlain && !begun.has(screen)
  useEffect(() => {
    if (views === undefined) return
    begun.add(screen)
    if (begins) go(path + toSearch(wanted.settings), { replace: true })
  }, [screen, views, begins, wanted, go, path])
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
        go(path + (view ? toSearch(view.settings) : ''), { replace: true })
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

function DropView({ view }: { view: SavedView }) {
  const drop = useWrite(
    ({ view_id: id }: SavedView, { client }) =>
      readBody(client.DELETE('/partner/saved-views/{view_id}', { params: { path: { view_id: id } } })),
    (_, { name }) => showToast(t('board.view_dropped', { view: name })),
  )
  return (
    <button type="button" className="row-tool clear" onClick={() => drop.mutate(view)}>
      {t('board.drop_view')}
    </button>
  )
}

function KeepView({ screen, settings }: { screen: Screen; settings: ReturnType<typeof toSettings> }) {
  const [isSaving, setSaving] = useState(false)
  return (
    <>
      <button type="button" className="row-tool clear" onClick={() => setSaving(true)}>
        {t('board.save_view')}…
      </button>
      {isSaving && <SaveView screen={screen} settings={settings} onClose={() => setSaving(false)} />}
    </>
  )
}

/** The person's own views of a list: choosing one, keeping the present one, deleting one. */
export function SavedViews({ screen }: { screen: Screen }) {
  const settings = toSettings(useSearchText())
  const query = { screen }
  const views = useRead(['saved-views', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/saved-views', { params: { query }, signal })),
  )
  const items = views.data?.items ?? []
  const isPlain = Object.keys(settings.filters).length === 0 && settings.columns.length === 0
  useDefaultView({ screen, views: views.data?.items, isPlain })
  const shown = isPlain ? undefined : items.find((view) => isShown(view, settings))
  // Nothing to choose and nothing to keep: an empty box would take the place of a filter.
  if (items.length === 0 && isPlain) return null
  return (
    <div className="view-pick">
      {items.length > 0 && <ViewSelect items={items} shown={shown} />}
      {shown && <DropView view={shown} />}
      {!isPlain && !shown && <KeepView screen={screen} settings={settings} />}
    </div>
  )
}
