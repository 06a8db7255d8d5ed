set role liaison_owner;

-- Of the own use and limits, whoever is stopped, or whose realm or partner is, reads nothing over the API, and did in SQL.
alter policy own_rows on limit_override using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
alter policy own_rows on usage_bucket using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));
alter policy own_rows on usage_consequence using (partner_id = (select access.realm_inside()) and end_user_id = (select access.context_id('end_user_id')));

reset role;
