module github.com/nearside-ems/nearside/geo/bng/internal/oracle

go 1.26.3

require (
	github.com/fofanov/go-osgb v0.0.0-20170711141822-6893d1f95cd9
	github.com/nearside-ems/nearside v0.0.0
)

require (
	github.com/paulmach/orb v0.14.0 // indirect
	go.mongodb.org/mongo-driver/v2 v2.5.0 // indirect
)

replace github.com/nearside-ems/nearside => ../../../..
