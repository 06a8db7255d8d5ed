import type { PermissionOf, TenantId } from '@liaison/access'
import type { z } from 'zod'
import type { Mandate } from './mandate.ts'
import type { MoneyBody } from './money.ts'
import { ProblemError } from './problem.ts'

/** What one cell holds: text and flags as they are, `YYYY-MM-DD` for a day, a Date for an instant, money with its currency. */
export type ExportCell = string | number | boolean | Date | MoneyBody | null

/** One column of a file. */
export interface ExportColumn {
  /** The name in CSV and JSON Lines, snake_case. */
  readonly key: string
  /** The heading in XLSX and PDF, in words. */
  readonly label: string
  readonly type: 'text' | 'day' | 'instant' | 'money' | 'whole' | 'decimal' | 'flag'
  /** Its share of a page's width; a column without one is left out of a PDF unless it is asked for. */
  readonly width?: number
}

/** One row of a file, with the tenant that it belongs to: each tenant is told how many of its rows left. Null in the program. */
export interface ExportRow {
  readonly tenantId: string | null
  /** In the order of the source's columns. */
  readonly cells: readonly ExportCell[]
}

/** Where the next batch goes on: plain JSON that the source alone understands. */
export type ExportPosition = readonly (string | number)[]

/** One batch of rows; `next` is null behind the last row. */
export interface ExportBatch {
  readonly rows: readonly ExportRow[]
  readonly next: ExportPosition | null
}

/** Under which access rows are exported: across linked tenants, or an organisation's own. */
export type ExportMandate = Mandate<'portfolio' | 'tenant'>

/** Under which access rows of the partner program are exported: the own partner's, or all of the provider's. */
export type ProgramExportMandate = Mandate<'program' | 'platform'>

/** Whatever access a file is made under. */
export type AnyExportMandate = ExportMandate | ProgramExportMandate

/** What is exported: the same from the first batch to the last. */
export interface ExportQuestion<Filter> {
  /** Tenants that the mandate reaches; a filter never adds one. */
  readonly tenantIds: readonly TenantId[]
  /** When the export was ordered: what depends on the day, such as overdue, is decided on it throughout. */
  readonly asOf: Date
  readonly filter: Filter
}

/** Which permissions an export asks for, in each tenant, at the order, at every batch and at every download. */
export interface ExportPermissions {
  /** Across linked tenants: the permission of the order, and what else is needed to see the rows. */
  readonly portfolio?: {
    readonly order: PermissionOf<'delegation'>
    readonly rows: readonly PermissionOf<'delegation'>[]
  }
  /** An organisation's own rows. */
  readonly tenant?: PermissionOf<'tenant'>
  /** A partner's own rows of the program. */
  readonly program?: PermissionOf<'program'>
  /** The provider's rows of the program. */
  readonly platform?: PermissionOf<'platform'>
}

interface Definition<Schema extends z.ZodObject, Access extends AnyExportMandate> {
  /** Stable, snake_case; part of addresses and stored with every export. */
  readonly kind: string
  /** In words, plural, for example "invoices". */
  readonly noun: string
  readonly permissions: ExportPermissions
  readonly columns: readonly ExportColumn[]
  /** What may be asked, as JSON without transformations: what it lets through is stored, and parsed again at every batch. */
  readonly filter: Schema
  /**
   * How many rows there are, exactly as things stand; a source that cannot count says an upper bound. Refuses what `read`
   * could not answer, so that no such order is taken.
   */
  readonly estimate: (mandate: Access, question: ExportQuestion<z.output<Schema>>) => Promise<number>
  /** How far it counts, where it stops: what comes to so many is told as at least so many. */
  readonly countsUpTo?: number
  /** In which of the tenants there are rows, at most so many; of a source that reads one tenant after the other. */
  readonly findTenants?: (
    mandate: Access,
    question: ExportQuestion<z.output<Schema>>,
    most: number,
  ) => Promise<readonly TenantId[]>
  /**
   * The next rows, by key and never by offset, so that memory and time per batch stay flat. Each batch runs in a
   * transaction of its own, in which the access was decided anew.
   */
  readonly read: (
    mandate: Access,
    question: ExportQuestion<z.output<Schema>>,
    window: { readonly after: ExportPosition | null; readonly limit: number },
  ) => Promise<ExportBatch>
}

/** A kind of rows that can be exported, as the module that owns them describes it. */
export interface ExportSource extends Omit<
  Definition<z.ZodObject, AnyExportMandate>,
  'estimate' | 'findTenants' | 'read'
> {
  readonly estimate: (mandate: AnyExportMandate, question: ExportQuestion<unknown>) => Promise<number>
  /** In which of the tenants there are rows, where these are no more than so many. */
  readonly findTenants: (
    mandate: AnyExportMandate,
    question: ExportQuestion<unknown>,
    most: number,
  ) => Promise<readonly string[]>
  readonly read: (
    mandate: AnyExportMandate,
    question: ExportQuestion<unknown>,
    window: { readonly after: ExportPosition | null; readonly limit: number },
  ) => Promise<ExportBatch>
}

/** What the list of the same rows refuses of its query, an order refuses of its body. */
async function inTheBody<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ProblemError) || error.extras.errors === undefined) throw error
    const errors = error.extras.errors.map((fault) => ({
      ...fault,
      pointer: fault.pointer.replace(/^\/query\//, '/body/'),
    }))
    throw new ProblemError(error.status, error.code, error.message, { ...error.extras, errors })
  }
}

function isOfTenants(mandate: AnyExportMandate): mandate is ExportMandate {
  return mandate.kind === 'portfolio' || mandate.kind === 'tenant'
}

function isOfProgram(mandate: AnyExportMandate): mandate is ProgramExportMandate {
  return mandate.kind === 'program' || mandate.kind === 'platform'
}

function define<Schema extends z.ZodObject, Access extends AnyExportMandate>(
  definition: Definition<Schema, Access>,
  isOwn: (mandate: AnyExportMandate) => mandate is Access,
): ExportSource {
  const parsed = (question: ExportQuestion<unknown>): ExportQuestion<z.output<Schema>> => ({
    ...question,
    filter: definition.filter.parse(question.filter),
  })
  const own = (mandate: AnyExportMandate): Access => {
    if (!isOwn(mandate)) throw new Error(`A mandate of ${mandate.kind} exports no ${definition.noun}.`)
    return mandate
  }
  return {
    ...definition,
    estimate: (mandate, question) =>
      inTheBody(async () => definition.estimate(own(mandate), parsed(question))),
    findTenants: async (mandate, question, most) => {
      if (definition.findTenants) return definition.findTenants(own(mandate), parsed(question), most)
      const { rows } = await definition.read(own(mandate), parsed(question), { after: null, limit: most })
      return [...new Set(rows.map(({ tenantId }) => tenantId).filter((id) => id !== null))]
    },
    read: async (mandate, question, window) => definition.read(own(mandate), parsed(question), window),
  }
}

/**
 * Describes rows of tenants that can be exported. The owning module writes it in its `export-source.ts` and exports it from
 * its `index.ts`; the module `exports` lists it. The stored filter is parsed by `filter` before every use.
 */
export function defineExportSource<Schema extends z.ZodObject>(
  definition: Definition<Schema, ExportMandate>,
): ExportSource {
  return define(definition, isOfTenants)
}

/** The same for rows of the partner program, which belong to no tenant (D10). */
export function defineProgramExportSource<Schema extends z.ZodObject>(
  definition: Definition<Schema, ProgramExportMandate>,
): ExportSource {
  return define(definition, isOfProgram)
}
