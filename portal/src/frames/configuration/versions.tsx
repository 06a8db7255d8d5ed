import { readBody } from '@liaison/client'
import type { ConfigurationVersion } from '@liaison/client'

import { Ask } from '../../parts/confirm.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Note, Panel } from '../../parts/page.tsx'
import { Answer, Bones } from '../../parts/states.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readVersion, useHistory, useVersions } from './calls.ts'
import { Differences } from './differences.tsx'

type ActivateProps = {
  partnerId: string
  partnerName: string
  /** The version that is asked about, and the one in force. */
  version: number
  active: number | null
  etag: string | null
  onDone: () => void
}

type Asked = Pick<ActivateProps, 'partnerId' | 'version' | 'active'>

/** Whether a version was drafted from another one than is in force. */
function useBase({ partnerId, version, active }: Asked): { isStale: boolean; isReading: boolean } {
  const drafted = useRead(['configuration', partnerId, 'version', version], (frame) =>
    readVersion(frame, partnerId, version),
  )
  const base = drafted.data?.based_on
  return { isStale: base !== undefined && active !== null && base !== active, isReading: drafted.isPending }
}

/** What putting a version in force changes. */
function useDifference({ partnerId, version, active }: Asked) {
  return useRead(['configuration', partnerId, 'difference', active, version], (frame, signal) =>
    readBody(
      frame.client.GET('/admin/partners/{partner_id}/configuration/difference', {
        params: {
          path: { partner_id: partnerId },
          query: { from: String(active ?? 0), to: String(version) },
        },
        signal,
      }),
    ),
  )
}

/** Whoever reads what it changes and goes on puts it in the place of a version that its drafter did not know. */
function StaleNote({ version, active }: { version: number; active: number }) {
  return (
    <Note tone="attention">
      <p>{t('config.base_stale', { version, active })}</p>
    </Note>
  )
}

/** Asks before a version is put in force, with what that changes. */
export function AskActivate({ partnerId, partnerName, version, active, etag, onDone }: ActivateProps) {
  const act = active !== null && version < active ? 'roll-back' : 'activate'
  const words = act === 'roll-back' ? 'roll_back' : 'activate'
  const names = { version, partner: partnerName }
  const { isStale, isReading } = useBase({ partnerId, version, active })
  const difference = useDifference({ partnerId, version, active })
  const write = useWrite(
    (reason: string, frame) =>
      readBody(
        frame.client.POST(`/admin/partners/{partner_id}/configuration/${act}`, {
          params: { path: { partner_id: partnerId } },
          headers: { 'If-Match': etag ?? '' },
          body: {
            version,
            reason,
            ...(isStale && act === 'activate' && active !== null && { replaces: active }),
          },
        }),
      ),
    (answer) => {
      showToast(t('request_id' in answer ? 'config.asked' : 'config.activated', names))
      onDone()
    },
  )
  return (
    <Ask
      opened
      title={t(`config.${words}_title`, names)}
      act={t(`config.${words}`)}
      keep={t('config.keep')}
      isBusy={write.isPending || isReading}
      error={write.error}
      reason="required"
      onKeep={onDone}
      onAct={(reason) => write.mutate(reason)}
    >
      <div className="stack tight">
        {difference.data ? <Differences comparison={difference.data} /> : <Bones lines={2} />}
        {isStale && act === 'activate' && <StaleNote version={version} active={active ?? 0} />}
        <p>{t('config.activate_effect')}</p>
      </div>
    </Ask>
  )
}

function stateOf(version: ConfigurationVersion): string {
  if (version.is_active) return t('config.active')
  return t(version.last_activated_at === null ? 'config.never_active' : 'config.was_active')
}

type VersionsProps = {
  partnerId: string
  active: number | null
  onActivate: (version: number) => void
  onLoad: (version: number) => void
}

function columnsOf(
  { active, onActivate, onLoad }: VersionsProps,
  mayWrite: boolean,
): Column<ConfigurationVersion>[] {
  return [
    { id: 'version', header: t('config.version'), cell: (row) => row.version, numeric: true },
    { id: 'note', header: t('config.note'), cell: (row) => row.note },
    {
      id: 'saved',
      header: t('config.saved_by'),
      cell: (row) =>
        t('config.by_at', { name: row.created_by_name, at: formatDateTime(row.created_at) ?? '' }),
    },
    {
      id: 'state',
      header: t('config.state'),
      cell: (row) => (
        <span className="config-direction" data-direction={row.is_active ? 'wider' : 'other'}>
          {stateOf(row)}
        </span>
      ),
    },
    {
      id: 'acts',
      header: '',
      cell: (row) =>
        mayWrite && (
          <span className="row-acts">
            {!row.is_active && (
              <button type="button" className="row-tool" onClick={() => onActivate(row.version)}>
                {t(active !== null && row.version < active ? 'config.roll_back' : 'config.activate')}…
              </button>
            )}
            <button type="button" className="row-tool" onClick={() => onLoad(row.version)}>
              {t('config.load')}
            </button>
          </span>
        ),
    },
  ]
}

/** Every version as it was saved, the newest first, and the way to put one in force or to go back. */
export function Versions(props: VersionsProps) {
  const versions = useVersions(props.partnerId)
  const mayWrite = useMay('platform.configuration.manage')
  return (
    <Panel title={t('config.versions')}>
      <Answer query={versions} lines={3}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="muted">{t('config.versions_none')}</p>
          ) : (
            <DataTable
              caption={t('config.versions')}
              columns={columnsOf(props, mayWrite)}
              rows={page.items}
              rowId={(row) => String(row.version)}
            />
          )
        }
      </Answer>
    </Panel>
  )
}

/** When which version was put in force, by whom and why. */
export function History({ partnerId }: { partnerId: string }) {
  const history = useHistory(partnerId)
  if (history.data?.items.length === 0) return null
  return (
    <Panel title={t('config.history')}>
      <Answer query={history} lines={3}>
        {({ items }) => (
          <ol className="plain stack tight">
            {items.map((item) => (
              <li key={item.activated_at}>
                <span className="strong">{t(`config.history_${item.kind}`, { version: item.version })}</span>:{' '}
                {item.reason}{' '}
                <span className="muted small">
                  {t('config.by_at', {
                    name: item.activated_by_name,
                    at: formatDateTime(item.activated_at) ?? '',
                  })}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Panel>
  )
}
