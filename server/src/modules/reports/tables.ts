/** The tables of this module, as its queries see them; those of others are named by the queries themselves. */
export interface ReportTables {
  usage_month: {
    tenant_id: string
    month: string
    measured_days: number
    data_gb: number
    active_subscriber_days: number
    peak_mbps: number | null
    average_mbps_sum: number
    average_mbps_days: number
  }
}
