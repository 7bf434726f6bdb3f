module evenkeel.dev/tools/glob

go 1.26

require (
	github.com/bmatcuk/doublestar/v4 v4.10.0
	github.com/gobwas/glob v1.0.0
)
