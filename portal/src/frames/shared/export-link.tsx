import { parseSearch, stringifySearch } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { GoLink, useSearchText } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces, platformPlaces } from '../../places.ts'

type Kind =
  | 'invoices'
  | 'tickets'
  | 'activity'
  | 'subscribers'
  | 'report_sla'
  | 'report_usage'
  | 'report_revenue'
/** What belongs to the partner program is kept apart from what belongs to the work in tenants. */
const programKinds = ['earnings', 'referrals', 'statements', 'payouts', 'payout_batches'] as const
type ProgramKind = (typeof programKinds)[number]

function placeOf({ kind: frameKind, tenantId, partnerId }: Frame, kind: Kind | ProgramKind): string {
  if (frameKind === 'org') return orgPlaces.newExport(tenantId)
  if (frameKind === 'platform') return platformPlaces.newExport()
  return programKinds.some((one) => one === kind)
    ? partnerPlaces.newProgramExport(partnerId)
    : partnerPlaces.newExport(partnerId)
}

type ExportLinkProps = {
  kind: Kind | ProgramKind
  /** What the page shows while its address says nothing else, such as its month. */
  shows?: Readonly<Record<string, string>>
  label?: string
}

/** What stands above a list of the program: a file of what it shows, and the files that were ordered. */
export function ProgramExportTools({ kind, shows, label }: ExportLinkProps & { kind: ProgramKind }) {
  const { kind: frameKind, partnerId } = useFrame()
  const list = frameKind === 'platform' ? platformPlaces.exports() : partnerPlaces.programExports(partnerId)
  return (
    <span className="row">
      <ExportLink kind={kind} {...(shows && { shows })} {...(label !== undefined && { label })} />
      <GoLink to={list}>{t(frameKind === 'platform' ? 'export.ordered' : 'export.ordered_program')}</GoLink>
    </span>
  )
}

/** The way from a list to a file of exactly what it shows: the filters go along in the address. */
export function ExportLink({ kind, shows, label }: ExportLinkProps) {
  const frame = useFrame()
  const {
    page: _page,
    view: _view,
    cols: _cols,
    earning: _earning,
    kind: rows,
    ...filters
  } = parseSearch(useSearchText())
  const within = frame.kind === 'acting' ? { tenant: frame.tenantId } : {}
  return (
    <GoLink
      to={
        placeOf(frame, kind) +
        stringifySearch({ ...shows, ...filters, ...within, ...(rows !== undefined && { rows }), kind })
      }
    >
      {label ?? t('export.link')}
    </GoLink>
  )
}
