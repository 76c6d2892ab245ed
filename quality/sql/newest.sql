-- table:  newest      grain: one row
-- reads:  delivery (landing.delivery)
-- The day of the newest delivery that was landed: age is counted back from it.
select max(delivered_on) as day from delivery where state = 'landed'
