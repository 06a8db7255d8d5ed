/** Whether this is the id of a request, as answers and refusals carry it. */
export function isRequestId(text: string): boolean {
  return /^req_[\w-]{22}$/.test(text)
}

/** Whether this is a time of the log, as addresses hold it. */
export function isMoment(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z$/.test(text)
}

/** Whether this is the id of a kept decision, as refusals carry it. */
export function isDecisionId(text: string): boolean {
  return /^exp_[0-9a-hjkmnp-tv-z]{26}$/.test(text)
}
