// The four memory functions that compiled code calls on its own accord. There is nothing else to declare: Swift never
// calls them by name.
#pragma once
