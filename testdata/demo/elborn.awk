# Writes elborn.csv: awk -f elborn.awk > elborn.csv
#
# Nothing in it was measured. Traffic follows the day (least at five in the
# morning, most at five in the afternoon), is a third lower at the weekend, and
# has some noise; about one row in thirteen lacks a value, as in real exports.

function noise() { # 0 to 1; awk's own rand() differs from one awk to the next
	seed = (seed * 16807) % 2147483647
	return seed / 2147483647
}

BEGIN {
	seed = 20180328
	print "time,up,down,rnti_count"
	for (hour = 0; hour < 14 * 24; hour++) {
		day = int(hour / 24)
		load = 1 + 0.8 * sin((hour % 24 - 11) * 3.14159265 / 12)
		if (day % 7 >= 5)
			load *= 2 / 3
		down = sprintf("%.1f", load * (900 + 200 * noise()))
		up = sprintf("%.1f", load * (80 + 30 * noise()))
		users = sprintf("%d", load * (400 + 60 * noise()))
		gap = int(noise() * 40)
		if (gap == 0) up = ""
		if (gap == 1) down = ""
		if (gap == 2) users = ""
		printf "2018-04-%02dT%02d:00:00Z,%s,%s,%s\n", 2 + day, hour % 24, up, down, users
	}
}
