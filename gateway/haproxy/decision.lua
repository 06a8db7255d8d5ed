-- Asks the decision point about a call and keeps what it said in variables of the transaction.
-- Whatever is not a clear answer leaves the status 503: fail closed.

local URL = "http://@DECISION_POINT@/gateway/v1/authorize"
local FIELDS = {
  "x-access-context", "x-partner-id", "x-customer-id", "x-customer-ban", "x-actor", "x-access-mode",
  "x-delegation-id", "x-billing-party", "x-billing-ban", "x-decision-id", "x-decision-code",
  "www-authenticate", "retry-after",
}

-- What is told of a call that says its evidence twice: nobody is asked about it.
local TWICE = '{"type":"/docs/errors#FORWARDED_REQUEST_UNREADABLE","title":"Bad request","status":400,"code":"FORWARDED_REQUEST_UNREADABLE"}'

-- The one value of a field; false when it came more than once.
local function only(headers, name)
  local values = headers[name]
  if values == nil then return nil end
  if values[1] ~= nil then return false end
  return values[0]
end

local function ask(txn)
  txn:set_var("txn.status", 503)
  for _, name in ipairs(FIELDS) do txn:set_var("txn." .. name:gsub("-", "_"), "") end
  local headers = txn.http:req_get_headers()
  local host = only(headers, "host")
  local authorization = only(headers, "authorization")
  local proof = only(headers, "dpop")
  if not host or authorization == false or proof == false then
    txn:set_var("txn.problem", TWICE)
    txn:set_var("txn.status", 400)
    return
  end
  local question = {
    ["x-gateway-authorization"] = { "Bearer @CREDENTIAL@" },
    ["x-forwarded-method"] = { txn.sf:method() },
    ["x-forwarded-proto"] = { "https" },
    ["x-forwarded-host"] = { host },
    -- The target as it was received and as it is passed on.
    ["x-forwarded-uri"] = { txn.sf:pathq() },
    ["x-forwarded-for"] = { txn.sf:src() },
    ["x-request-id"] = { txn.sf:unique_id() },
  }
  if authorization then question["authorization"] = { authorization } end
  if proof then question["dpop"] = { proof } end
  -- The listener answers before this ends, so that the question is never sent again.
  local request = { url = URL, dst = "unix@@RUN@/decision.sock", headers = question, timeout = 20000 }
  local answer = core.httpclient():get(request)
  if not answer or not answer.headers then return end
  if answer.status ~= 200 and (answer.status < 400 or answer.status >= 500) then return end
  for _, name in ipairs(FIELDS) do
    local values = answer.headers[name]
    txn:set_var("txn." .. name:gsub("-", "_"), values and values[0] or "")
  end
  txn:set_var("txn.problem", answer.body or "")
  txn:set_var("txn.status", answer.status)
end

core.register_action("decide", { "http-req" }, ask)
