-- Whoever decides reads since when the provider has the organisation as a partner: the day that its entry names, which is earlier than the
-- day on which the row was made for those that were taken over from another register.
grant select (onboarding_date) on partner to liaison_tenant;
