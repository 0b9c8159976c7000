echo "goodbye from #{Octopus.Worker.Name}"
